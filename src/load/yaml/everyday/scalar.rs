//! What a scalar without quotes is.

use super::Kind;

/// What a scalar without quotes is (YAML 1.2, section 10.3.2); none where that takes more than a look.
pub(super) fn plain(text: &str) -> Option<Kind<'_>> {
    let Some(first) = text.bytes().next() else { return Some(Kind::Null) };
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text, first),
        b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' => Some(match text {
            "~" | "null" | "Null" | "NULL" => Kind::Null,
            "true" | "True" | "TRUE" => Kind::Bool(true),
            "false" | "False" | "FALSE" => Kind::Bool(false),
            _ => Kind::Text(text.into()),
        }),
        _ => Some(Kind::Text(text.into())),
    }
}

/// What a scalar is that begins like a number.
fn number(text: &str, first: u8) -> Option<Kind<'_>> {
    // A whole number as everybody writes them; what else begins like a number is looked at closely elsewhere, unless it
    // holds what no number does.
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.len() < 19 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole && (digits == "0" || !digits.starts_with('0')) && text != "-0" {
        let number: i64 = text.parse().ok()?;
        return Some(Kind::Number(number.into(), text));
    }
    let fraction = digits.split_once('.').filter(|(before, after)| {
        let whole = *before == "0" || !before.starts_with('0') && !before.is_empty();
        whole && !after.is_empty() && [before, after].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    });
    if fraction.is_some() {
        return Some(Kind::Number(serde_json::Number::from_f64(text.parse().ok()?)?, text));
    }
    // Dates and versions.
    let joined = text.as_bytes().windows(2).any(|pair| pair[0].is_ascii_digit() && matches!(pair[1], b'-' | b'+'));
    let numbers = || text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let of_numbers = |byte: u8| byte.is_ascii_hexdigit() || b"+-._xXoOiInNfFaA \t\r\n".contains(&byte);
    let is_text = joined || (text.matches('.').count() > 1 && numbers()) || !text.bytes().all(of_numbers);
    // Numbers with such letters begin like `0x` or `.inf`; a digest doesn't.
    let is_text = is_text
        || first.is_ascii_digit()
            && !is_based(text)
            && (text.bytes().skip(2).any(|byte| b"xXoOiInN".contains(&byte))
                || text.bytes().any(|byte| b"abcdfABCDF".contains(&byte)));
    is_text.then(|| Kind::Text(text.into()))
}

/// Whether a text begins like a number of another base than ten.
fn is_based(text: &str) -> bool {
    text.starts_with('0') && text.as_bytes().get(1).is_some_and(|second| b"xXoObB".contains(second))
}
