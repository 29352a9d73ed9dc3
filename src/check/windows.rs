//! Large texts piece by piece, so that all their readings needn't be in memory at once.

use super::decoding::is_of_base64;

/// How long a piece is, in bytes.
const PIECE: usize = 512 << 10;

/// How much of a piece stands in the next one too, in bytes: what is looked for is shorter than this, also encoded.
const OVERLAP: usize = 32 << 10;

/// Pieces of a text that overlap. None begins within a group of base64.
pub(super) fn windows(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    // Where the run of letters of base64 begins that leads up to the next piece.
    let (mut run, mut next) = (0, Some(0));
    std::iter::from_fn(move || {
        let start = next?;
        let end = text.ceil_char_boundary((start + PIECE).min(bytes.len()));
        next = (end < bytes.len()).then(|| {
            let aim = end - OVERLAP;
            if let Some(before) = bytes[start..aim].iter().rposition(|byte| !is_of_base64(*byte)) {
                run = start + before + 1;
            }
            text.floor_char_boundary(run + (aim - run) / 4 * 4)
        });
        Some(&text[start..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_overlap_cover_everything_and_keep_the_groups_of_base64() {
        for (before, unit) in [("", "abcd"), ("..é", "abcd"), ("", "é"), ("x ", "ab cd")] {
            let text = format!("{before}{}", unit.repeat(PIECE));
            let mut covered = 0;
            for piece in windows(&text) {
                let start = piece.as_ptr() as usize - text.as_ptr() as usize;
                assert!(start <= covered.max(OVERLAP) - OVERLAP || start == 0, "{start} after {covered}");
                if unit == "abcd" && start > 0 {
                    assert_eq!((start - before.len()) % 4, 0, "{start}");
                }
                covered = start + piece.len();
            }
            assert_eq!(covered, text.len());
        }
        assert_eq!(windows("short").collect::<Vec<_>>(), ["short"]);
        assert_eq!(windows("").collect::<Vec<_>>(), [""]);
    }
}
