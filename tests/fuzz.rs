//! Everything that comes from outside, altered by chance: the functions that `cargo fuzz` tries, with a fixed seed and a
//! fixed number of inputs. What either of them found stands in `fuzz/corpus` and is tried as it is.

mod support {
    pub(crate) mod alter;
}
#[expect(unreachable_pub, reason = "the package of `cargo fuzz` exports it")]
#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use support::alter::{Seeds, bombs};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// How many altered inputs each target is tried with, about as many as it takes in three seconds.
const CASES: [(&str, u32); 15] = [
    ("suite", 400),
    ("contract", 400),
    ("target", 1000),
    ("waivers", 1000),
    ("template", 5000),
    ("path", 5000),
    ("header", 400),
    ("body", 400),
    ("wire", 150),
    ("secrets", 2000),
    ("report", 400),
    ("proof", 400),
    ("document", 400),
    ("curl", 1000),
    ("snapshot", 1000),
];

/// The largest input, in bytes.
const LARGEST: usize = 64 << 10;
/// Far more than any input takes on a busy machine.
const LONGEST: Duration = Duration::from_secs(10);
/// Far more than any input needs, in bytes.
const MOST_MEMORY: usize = 192 << 20;

/// A variable with a number that each number of cases is multiplied with, for a longer search.
const TIMES: &str = "PROBITY_FUZZ_TIMES";

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

/// The corpus of a target, by the names of its files.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for entry in fs::read_dir(corpus().join(target)).expect("a corpus") {
        let path = entry.expect("an entry").path();
        seeds.push((path.display().to_string(), fs::read(&path).expect("a seed")));
    }
    seeds.sort();
    assert!(!seeds.is_empty(), "{target} has no corpus");
    seeds
}

/// Ends the process when an input takes so long that nobody would learn which one it was.
#[derive(Clone, Default)]
struct Watch(Arc<Mutex<Option<Tried>>>);

/// When it began, which target it is, and with which input.
type Tried = (Instant, String, Vec<u8>);

impl Watch {
    fn start() -> Self {
        let watch = Self::default();
        let watched = watch.clone();
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_millis(500));
                let Some((began, target, input)) = watched.0.lock().expect("no panic").clone() else { continue };
                if began.elapsed() > LONGEST * 3 {
                    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hangs-{target}"));
                    let kept = fs::write(&path, input);
                    let told = format!("{target} hangs: {} ({kept:?})\n", path.display());
                    let _ = std::io::stderr().write_all(told.as_bytes());
                    std::process::abort();
                }
            }
        });
        watch
    }

    /// Tries one input.
    fn one(&self, target: &str, function: targets::Target, input: &[u8]) -> Result<(), String> {
        *self.0.lock().expect("no panic") = Some((Instant::now(), target.to_owned(), input.to_vec()));
        let (before, began) = (MEMORY.current_usage(), Instant::now());
        MEMORY.reset_peak_usage();
        function(input);
        let (took, needed) = (began.elapsed(), MEMORY.peak_usage().saturating_sub(before));
        *self.0.lock().expect("no panic") = None;
        if took > LONGEST {
            return Err(format!("{target} took {took:?}"));
        }
        if needed > MOST_MEMORY {
            return Err(format!("{target} needed {needed} bytes"));
        }
        Ok(())
    }
}

#[test]
fn nothing_from_outside_breaks_anything() {
    let watch = Watch::start();
    let times = std::env::var(TIMES).ok().and_then(|times| times.parse::<u32>().ok()).unwrap_or(1);
    let only = std::env::var("PROBITY_FUZZ_ONLY").unwrap_or_default();
    let (mut faults, mut times_taken) = (Vec::new(), Vec::new());
    for (target, function) in targets::TARGETS.into_iter().filter(|(name, _)| only.is_empty() || *name == only) {
        let began = Instant::now();
        let seeds = seeds(target);
        let whole = seeds.iter().map(|(name, bytes)| (name.clone(), bytes.clone()));
        for (name, input) in whole.chain(bombs()) {
            let tried = std::panic::catch_unwind(|| watch.one(target, function, &input));
            let fault = match tried {
                Ok(Ok(())) => continue,
                Ok(Err(fault)) => fault,
                Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".into()),
            };
            faults.push(format!("{target}: {name}: {fault}"));
        }
        let cases = CASES.iter().find(|(name, _)| *name == target).map_or(100, |(_, cases)| *cases);
        let config =
            Config { cases: cases * times, max_shrink_time: 20_000, failure_persistence: None, ..Config::default() };
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[u8::try_from(times).unwrap_or(0); 32]);
        let strategy = Seeds::of(seeds.into_iter().map(|(_, bytes)| bytes).collect(), LARGEST).altered();
        let tried = TestRunner::new_with_rng(config, random)
            .run(&strategy, |input| watch.one(target, function, &input.0).map_err(TestCaseError::fail));
        if let Err(error) = tried {
            faults.push(format!("{target}: {error}"));
        }
        times_taken.push(format!("{target}: {:?}", began.elapsed()));
    }
    assert!(faults.is_empty(), "{}\n\n{}", faults.join("\n\n"), times_taken.join("\n"));
}

#[test]
fn every_target_is_one_of_cargo_fuzz_too_and_has_a_corpus() {
    let names: BTreeSet<String> = targets::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let manifest = fs::read_to_string(corpus().with_file_name("Cargo.toml")).expect("a manifest");
    let listed = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\""));
    assert_eq!(listed.map(str::to_owned).collect::<BTreeSet<_>>(), names);
    assert_eq!(CASES.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>(), names);
    for name in &names {
        let file = corpus().with_file_name("fuzz_targets").join(format!("{name}.rs"));
        let text = fs::read_to_string(&file).expect("a target of cargo fuzz");
        assert!(text.contains(&format!("targets::{name}(")), "{}", file.display());
        let sizes = seeds(name).into_iter().map(|(_, bytes)| bytes.len());
        assert!(sizes.sum::<usize>() < 256 << 10, "the corpus of {name} isn't small");
    }
    let folders = fs::read_dir(corpus()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    assert_eq!(folders.map(|name| name.to_string_lossy().into_owned()).collect::<BTreeSet<_>>(), names);
}
