//! Parts of a plan, so that several machines can run it.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// The most parts that a plan can have.
const MOST: u32 = 100_000;

/// One of several parts of a plan: `2/3` is the second of three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Which part, from 1.
    pub index: u32,
    /// How many parts there are.
    pub count: u32,
}

impl Shard {
    /// A part of so many.
    ///
    /// # Errors
    /// There is no such part: one line says why.
    pub fn new(index: u32, count: u32) -> Result<Self, String> {
        match (index, count) {
            (_, 0) => Err("there is no part of nothing: N is at least 1".into()),
            (_, count) if count > MOST => Err(format!("N is at most {MOST}")),
            (0, count) => Err(format!("parts are counted from 1: 1/{count} is the first, {count}/{count} the last")),
            (index, count) if index > count => Err(format!("there is no part {index} of {count}")),
            (index, count) => Ok(Self { index, count }),
        }
    }

    /// Whether what has this key belongs to the part.
    ///
    /// It follows from the key alone, and is a promise: the first eight bytes of its SHA-256 (FIPS 180-4) as a
    /// big-endian number, modulo the number of parts, plus one, is the part. So every machine and every version splits
    /// alike.
    #[must_use]
    pub fn holds(self, key: &str) -> bool {
        let digest = Sha256::digest(key);
        let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.count) + 1 == u64::from(self.index)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "part {} of {}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok())?;
        let numbers = text.split_once('/').and_then(|(index, count)| Some((number(index)?, number(count)?)));
        let Some((index, count)) = numbers else {
            return Err("write I/N, such as 2/3 for the second of three parts".into());
        };
        Self::new(index, count)
    }
}

/// What a part knows of the whole that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharding {
    /// Which part it is.
    pub shard: Shard,
    /// How many trials all parts have together.
    pub whole: usize,
    /// `sha256:` and the digest of the ids of all these trials, so that parts of different selections aren't taken for
    /// parts of one whole.
    pub selection: String,
    /// How many trials of a must the selection leaves out.
    pub left_out_musts: usize,
}

impl Sharding {
    /// The part of a whole that has the trials with these ids, in this order.
    #[must_use]
    pub fn new<'i>(shard: Shard, ids: impl Iterator<Item = &'i str>, left_out_musts: usize) -> Self {
        let (mut digest, mut whole) = (Sha256::new(), 0);
        for id in ids {
            digest.update(id);
            digest.update(b"\n");
            whole += 1;
        }
        let hex = digest.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        Self { shard, whole, selection: format!("sha256:{hex}"), left_out_musts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_strictly() {
        for (text, shard) in [
            ("1/1", Some((1, 1))),
            ("2/3", Some((2, 3))),
            ("100000/100000", Some((100_000, 100_000))),
            ("0/3", None),
            ("4/3", None),
            ("1/0", None),
            ("0/0", None),
            ("1/100001", None),
            ("1/99999999999999999999", None),
            ("+1/3", None),
            ("1 / 3", None),
            ("-1/3", None),
            ("/3", None),
            ("1/", None),
            ("3", None),
            ("1/2/3", None),
            ("", None),
        ] {
            let read = text.parse::<Shard>().ok().map(|shard| (shard.index, shard.count));
            assert_eq!(read, shard, "{text}");
        }
    }

    /// Other machines and versions rely on it, so it never changes.
    #[test]
    fn who_belongs_where_is_a_promise() {
        let part = |key: &str, count: u32| (1..=count).find(|index| Shard { index: *index, count }.holds(key));
        for (key, of_two, of_three, of_seven) in
            [("presence/privacy/friend/blocked", 2, 3, 3), ("profile/users/one", 2, 2, 2), ("", 1, 2, 2)]
        {
            let found = [2, 3, 7].map(|count| part(key, count));
            assert_eq!(found, [of_two, of_three, of_seven].map(Some), "{key}");
        }
    }
}
