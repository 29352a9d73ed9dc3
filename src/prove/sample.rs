//! Which of all possible mutants are made: within the budget, of each kind some, and the same for the same seed.

use std::collections::HashMap;
use std::hash::Hasher as _;

use fnv::FnvHasher;

/// By what a mutant is chosen.
#[derive(Clone, Copy)]
pub(super) struct Key {
    /// Its kind: the case, the operator, and the part of the answer without indexes.
    pub(super) stratum: u64,
    /// Its place among those of its kind.
    pub(super) lot: u64,
}

/// The chosen mutants.
pub(super) struct Sample {
    /// For each answer, the positions of the chosen sites.
    chosen_sites: Vec<Vec<u32>>,
    pub(super) chosen: usize,
    pub(super) possible: usize,
}

impl Sample {
    /// Takes one of each kind, then another of each kind, and so on, until the budget is used up.
    pub(super) fn choose<'k>(answers: impl Iterator<Item = &'k [Key]>, budget: Option<usize>) -> Self {
        let mut strata: HashMap<u64, Vec<(u64, u32, u32)>> = HashMap::new();
        let mut chosen_sites: Vec<Vec<u32>> = Vec::new();
        let mut possible = 0;
        for (answer, keys) in (0..).zip(answers) {
            chosen_sites.push(Vec::new());
            possible += keys.len();
            for (site, key) in (0..).zip(keys) {
                strata.entry(key.stratum).or_default().push((key.lot, answer, site));
            }
        }
        let mut ranked: Vec<(usize, u64, u32, u32)> = Vec::with_capacity(possible);
        for mut members in strata.into_values() {
            members.sort_unstable();
            ranked.extend(members.into_iter().enumerate().map(|(rank, (lot, answer, site))| (rank, lot, answer, site)));
        }
        ranked.sort_unstable();
        ranked.truncate(budget.unwrap_or(usize::MAX));
        for (_, _, answer, site) in &ranked {
            chosen_sites[*answer as usize].push(*site);
        }
        for sites in &mut chosen_sites {
            sites.sort_unstable();
        }
        Self { chosen_sites, chosen: ranked.len(), possible }
    }

    /// The chosen sites of one answer, in their order.
    pub(super) fn of(&self, answer: usize) -> Vec<usize> {
        self.chosen_sites[answer].iter().map(|site| *site as usize).collect()
    }
}

/// A number that follows from the seed and these words, on every machine and in every version.
pub(crate) fn key(seed: u64, words: &[&str]) -> u64 {
    let mut hasher = FnvHasher::default();
    hasher.write(&seed.to_le_bytes());
    for word in words {
        hasher.write(word.as_bytes());
        hasher.write(&[0]);
    }
    // FNV mixes its last bytes badly into the high bits; this is the end of splitmix64.
    let mut mixed = hasher.finish();
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_turn_before_any_has_a_second() {
        let keys = |strata: &[u64]| -> Vec<Key> {
            strata.iter().zip(0..).map(|(stratum, lot)| Key { stratum: *stratum, lot }).collect()
        };
        let answers = [keys(&[1, 1, 1, 1]), keys(&[2, 1]), keys(&[3])];
        for (budget, chosen) in [(Some(3), 3), (Some(4), 4), (None, 7), (Some(99), 7)] {
            let sample = Sample::choose(answers.iter().map(Vec::as_slice), budget);
            assert_eq!((sample.chosen, sample.possible), (chosen, 7), "{budget:?}");
            assert!(sample.of(0).contains(&0) && sample.of(1).contains(&0) && sample.of(2) == [0], "{budget:?}");
        }
    }

    #[test]
    fn a_key_follows_from_the_seed_and_the_words() {
        assert_eq!(key(1, &["a", "b"]), key(1, &["a", "b"]));
        assert_ne!(key(1, &["a", "b"]), key(1, &["ab"]));
        assert_ne!(key(1, &["a"]), key(2, &["a"]));
    }
}
