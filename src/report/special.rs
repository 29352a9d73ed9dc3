//! Whether a text has anything in it that must be escaped: nearly none has, and each is asked.

/// So many bytes are looked at together.
const WIDTH: usize = size_of::<u64>();

/// In each byte the lowest bit.
const LOWEST: u64 = u64::MAX / 0xff;

/// In each byte the highest bit.
const HIGHEST: u64 = LOWEST << 7;

/// Whether any byte is a control character (below a blank) or one of these, which are of ASCII.
///
/// Eight bytes at once: a loop that looks at each takes four times as many instructions where texts are as short as ids.
pub(super) fn has_special<const N: usize>(text: &[u8], special: [u8; N]) -> bool {
    let word = |bytes: &[u8; WIDTH]| is_special(u64::from_le_bytes(*bytes), special);
    let (words, rest) = text.as_chunks::<WIDTH>();
    if words.iter().any(word) {
        return true;
    }
    if let Some(last) = text.last_chunk::<WIDTH>() {
        // Some of these were looked at before.
        return !rest.is_empty() && word(last);
    }
    let mut last = [b' '; WIDTH];
    last[..rest.len()].copy_from_slice(rest);
    word(&last)
}

/// Whether any of eight bytes is special: one that is becomes zero or borrows from its highest bit.
fn is_special<const N: usize>(word: u64, special: [u8; N]) -> bool {
    let below = |word: u64, least: u8| word.wrapping_sub(LOWEST * u64::from(least)) & !word;
    let controls = below(word, b' ');
    let others = special.iter().fold(0, |others, byte| others | below(word ^ (LOWEST * u64::from(*byte)), 1));
    (controls | others) & HIGHEST != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn eight_bytes_at_once_are_seen_as_one_by_one(text in proptest::collection::vec(odd(), 0..40)) {
            let one_by_one = text.iter().any(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'));
            prop_assert_eq!(has_special(&text, [b'"', b'\\']), one_by_one, "{:?}", text);
        }
    }

    /// Mostly bytes beside those that are special.
    fn odd() -> impl Strategy<Value = u8> {
        prop_oneof![
            12 => prop_oneof![Just(b' '), Just(b'!'), Just(b'#'), Just(b'['), Just(b']'), Just(0x7f), Just(0x80), Just(0xa2)],
            6 => any::<u8>().prop_map(|byte| byte | b' '),
            1 => any::<u8>(),
        ]
    }
}
