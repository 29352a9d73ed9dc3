//! The id of an Xbox user.

use std::{fmt, str::FromStr};

/// An unsigned 64-bit number, in decimal. Leading zeros are allowed: the documents' own sample has
/// one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Xuid(u64);

/// As many digits as the largest 64-bit number has.
const MOST_DIGITS: usize = 20;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an unsigned 64-bit number in decimal")]
pub(super) struct NotAnXuid;

impl From<u64> for Xuid {
    fn from(number: u64) -> Xuid {
        Xuid(number)
    }
}

impl FromStr for Xuid {
    type Err = NotAnXuid;

    fn from_str(text: &str) -> Result<Xuid, NotAnXuid> {
        // `u64::from_str` would accept a sign.
        let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_decimal || text.len() > MOST_DIGITS {
            return Err(NotAnXuid);
        }
        text.parse().map(Xuid).map_err(|_| NotAnXuid)
    }
}

impl fmt::Display for Xuid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// What stands between the parentheses of `kind(…)`, as in `xuid(12)` or `gt(Gamer)`.
pub(super) fn within<'a>(kind: &str, segment: &'a str) -> Option<&'a str> {
    segment.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_xuid_is_an_unsigned_64_bit_number_in_decimal() {
        let accepted = [
            ("0", "0"),
            ("2533274791381930", "2533274791381930"),
            ("0123456789", "123456789"),
            ("18446744073709551615", "18446744073709551615"),
        ];
        for (text, canonical) in accepted {
            assert_eq!(text.parse::<Xuid>().map(|xuid| xuid.to_string()), Ok(canonical.to_owned()), "{text}");
        }
        let rejected =
            ["", "abc", "-1", "+1", " 1", "1.0", "0x10", "1e3", "٣", "18446744073709551616", "000000000000000000001"];
        for text in rejected {
            assert_eq!(text.parse::<Xuid>(), Err(NotAnXuid), "{text}");
        }
    }

    #[test]
    fn parentheses_are_taken_off_once() {
        assert_eq!(within("xuid", "xuid(12)"), Some("12"));
        assert_eq!(within("gt", "gt(a(b))"), Some("a(b)"));
        for other in ["xuid", "xuid(12", "xuid12)", "XUID(12)", "gt(12)"] {
            assert_eq!(within("xuid", other), None, "{other}");
        }
    }
}
