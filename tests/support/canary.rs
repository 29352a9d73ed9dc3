//! Secrets in every run of the binary, and a search for them in everything that it writes: every test that runs it is a
//! test of this too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::SystemTime;

use regex::Regex;

#[path = "search.rs"]
pub(crate) mod search;

use search::Search;

/// Stands in the environment of every run, and nothing asks for it.
pub(crate) const UNASKED: (&str, &str) = ("PROBITY_CANARY", "c4nary-0f-the-envir0nment-7f3e");

/// What a run may show on purpose.
const ALLOWED: [(&str, &str); 1] = [("world", "prints the world, credentials too, for seeding a server")];

/// Files that a test's own command writes on purpose.
const OF_TESTS: [(&str, &str); 1] = [("seeded.json", "a set-up command of a target file writes the world there")];

/// Variables whose values are no secrets.
const INNOCENT: [&str; 16] = [
    "PROBITY_PANICS_AT",
    "PATH",
    "HOME",
    "CI",
    "TERM",
    "COLUMNS",
    "NO_COLOR",
    "LANG",
    "XDG_CACHE_HOME",
    "PROBITY_TODAY",
    "RUST_BACKTRACE",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_WORKSPACE",
    "TMPDIR",
    "FORCE_COLOR",
];

/// The values of a world, or of a target file, that only their owner may see.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:token|authorization|[Pp]assword|key): *("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'{\[$,}][^,}\n]*)"#)
        .expect("a pattern")
});

/// What a run must not show, and what there was before it.
pub(crate) struct Watch {
    search: Search,
    folders: Vec<PathBuf>,
    before: BTreeMap<PathBuf, (u64, SystemTime)>,
    allowed: bool,
}

impl Watch {
    /// Looks at what a command is given, before it starts.
    pub(crate) fn over(command: &Command) -> Self {
        let arguments: Vec<String> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let here = command.get_current_dir().unwrap_or(Path::new(".")).to_path_buf();
        let mut secrets = vec![UNASKED.1.to_owned()];
        let mut folders = vec![here.clone()];
        for (name, value) in command.get_envs() {
            let (name, Some(value)) = (name.to_string_lossy(), value.map(|value| value.to_string_lossy())) else {
                continue;
            };
            if Path::new(&*value).is_dir() {
                folders.push(PathBuf::from(&*value));
            } else if !INNOCENT.contains(&&*name) && !name.starts_with("GITHUB_") && value.len() >= 6 {
                secrets.push(value.into_owned());
            }
        }
        secrets.extend(SHIPPED.iter().cloned());
        for world in worlds(&here).into_iter().chain(arguments.iter().flat_map(|word| worlds(&here.join(word)))) {
            secrets.extend(of_text(&fs::read_to_string(world).unwrap_or_default()));
        }
        secrets.sort();
        secrets.dedup();
        let allowed = arguments.first().is_some_and(|word| ALLOWED.iter().any(|(known, _)| known == word));
        let before = folders.iter().flat_map(|folder| files(folder)).collect();
        Self { search: Search::new(secrets), folders, before, allowed }
    }

    /// Fails if the run showed a secret: in what it printed, or in a file that wasn't as it is now.
    #[track_caller]
    pub(crate) fn nothing_was_shown(&self, stdout: &str, stderr: &str) {
        if self.allowed {
            return;
        }
        for (what, text) in [("standard output", stdout), ("standard error", stderr)] {
            if let Some(found) = self.search.find(text.as_bytes()) {
                panic!("a secret on {what}: {found}");
            }
        }
        for (path, seen) in self.folders.iter().flat_map(|folder| files(folder)) {
            let of_a_test = OF_TESTS.iter().any(|(name, _)| path.ends_with(name));
            if of_a_test || self.before.get(&path) == Some(&seen) {
                continue;
            }
            let name = self.search.find(path.to_string_lossy().as_bytes());
            if let Some(found) = name.or_else(|| self.search.find(&fs::read(&path).unwrap_or_default())) {
                panic!("a secret in {}: {found}", path.display());
            }
        }
    }
}

static SHIPPED: LazyLock<Vec<String>> =
    LazyLock::new(|| of_text(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/suites/world.yaml"))));

/// The secrets of a world, the token alone of those that have more to them.
fn of_text(world: &str) -> Vec<String> {
    let values = SECRET.captures_iter(world).map(|found| found[1].trim().to_owned());
    let plain = values.map(|value| match value.strip_prefix('"') {
        Some(_) => serde_json::from_str(&value).unwrap_or(value),
        None => value.trim_matches('\'').to_owned(),
    });
    let token = plain.map(|value| value.split_once(';').map_or(value.clone(), |(_, token)| token.to_owned()));
    token.filter(|token| token.len() >= 6).collect()
}

/// The worlds in a folder, and in those that stand in it.
fn worlds(folder: &Path) -> Vec<PathBuf> {
    let inner = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path().join("world.yaml"));
    std::iter::once(folder.join("world.yaml"))
        .chain(inner)
        .filter(|path| path.is_file() && !is_the_checkout(folder))
        .collect()
}

fn is_the_checkout(folder: &Path) -> bool {
    folder == Path::new("/") || folder.join("Cargo.toml").exists()
}

/// Every file below a folder that a test made, with its length and the time of its last change.
fn files(folder: &Path) -> Vec<(PathBuf, (u64, SystemTime))> {
    let mut found = Vec::new();
    let mut folders = if is_the_checkout(folder) { Vec::new() } else { vec![folder.to_owned()] };
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if metadata.is_file() {
                found.push((entry.path(), (metadata.len(), metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH))));
            }
        }
    }
    found
}
