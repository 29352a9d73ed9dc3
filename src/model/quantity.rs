//! Times and sizes as people write them.

use std::time::Duration;

/// The longest time that can be written, in seconds.
const LONGEST: f64 = 24.0 * 3600.0;

/// How a time can be written.
pub const TIMES: &str = "a number and its unit, such as `500ms`, `5s` or `2m`, above 0 and up to one day";

/// How a size can be written.
pub const SIZES: &str = "a number of bytes and its unit, such as `64KiB`, `16MiB` or `1GiB`";

/// The units of sizes, the largest first.
const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// A time with its unit, above 0 and up to one day.
#[must_use]
pub fn time(text: &str) -> Option<Duration> {
    let unit = text.find(|character: char| character.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit);
    let unit = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    if !digits(whole) || !digits(part) {
        return None;
    }
    let seconds = number.parse::<f64>().ok()? * unit;
    (0.001..=LONGEST).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

/// A time as it can be written: in whole hours or minutes where it is so many.
#[must_use]
pub fn in_time(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 60, seconds % 60, time.subsec_nanos()) {
        (minutes, 0, 0) if minutes > 0 && minutes % 60 == 0 => format!("{}h", minutes / 60),
        (minutes, 0, 0) if minutes > 0 => format!("{minutes}m"),
        _ => format!("{time:?}"),
    }
}

/// A number of bytes, with or without a unit.
#[must_use]
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len()));
    let unit = if unit.is_empty() { 1 } else { UNITS.iter().find(|(known, _)| *known == unit)?.1 };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// A number of bytes in the largest unit that it is a whole number of.
#[must_use]
pub fn in_bytes(bytes: usize) -> String {
    let bytes = bytes as u64;
    let (unit, size) =
        UNITS.iter().find(|(_, size)| bytes >= *size && bytes.is_multiple_of(*size)).unwrap_or(&UNITS[3]);
    if *size == 1 { format!("{bytes} bytes") } else { format!("{} {unit}", bytes / size) }
}

/// A number with a comma between every three digits.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_strictly() {
        let seconds = |text| time(text).map(|time| time.as_secs_f64());
        for (text, wanted) in [("5s", Some(5.0)), ("500ms", Some(0.5)), ("1.5m", Some(90.0)), ("24h", Some(86400.0))] {
            assert_eq!(seconds(text), wanted, "{text}");
        }
        for text in ["500ms", "1.5s", "59s", "1m", "61s", "90m", "1h", "24h"] {
            assert_eq!(time(text).map(in_time).as_deref(), Some(text));
        }
        for text in ["", "5", "s", "0s", "-1s", "+5s", "1e3s", "25h", "5 s", ".5s", "5.s", "infs", "1d"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_read_strictly_and_written_as_they_were() {
        for (text, bytes, written) in [
            ("1GiB", 1 << 30, "1 GiB"),
            ("16MiB", 16 << 20, "16 MiB"),
            ("1025KiB", 1025 << 10, "1025 KiB"),
            ("1000", 1000, "1000 bytes"),
            ("7B", 7, "7 bytes"),
            ("0", 0, "0 bytes"),
        ] {
            assert_eq!(size(text), Some(bytes as u64), "{text}");
            assert_eq!(in_bytes(bytes), written);
        }
        for text in ["", "MiB", "1.5MiB", "-1", "+1", "1 MiB", "1mib", "1MB", "1 ", "99999999999GiB"] {
            assert_eq!(size(text), None, "{text}");
        }
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
