//! `--watch`: runs again what a change of the files touches.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use std::{fs, thread};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use sha2::{Digest as _, Sha256};

use super::{Exit, Failure, Output};
use crate::diagnostic::render_all;

/// Editors write a file in several steps; so long nothing may happen before it counts as written.
const QUIET: Duration = Duration::from_millis(120);

/// The kinds of files and folders of a contract.
const FOLDERS: [&str; 3] = ["suites", "schemas", "requirements"];
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// What wakes the watcher.
enum Wake {
    Changed,
    Stop,
}

/// Runs the trials of some suites, or of all, and says what it came to.
type Run<'r> = dyn FnMut(Option<&BTreeSet<String>>) -> Result<Exit, Failure> + 'r;

/// Runs once, and again whenever a file of the contract or one `besides` changes, until Ctrl-C. `run` gets the
/// suites that changed, by their paths in the contract, or none where everything is to run.
///
/// Gives back what the last run came to.
pub(super) fn watch(folder: &Path, besides: &[PathBuf], output: &Output, run: &mut Run<'_>) -> Result<Exit, Failure> {
    let (sender, wakes) = channel();
    let _watcher = watcher(folder, besides, sender.clone())?;
    stop_at_interrupt(sender)?;
    let mut known = Files::read(folder, besides);
    let mut pending: Option<BTreeSet<String>> = None;
    let mut exit;
    loop {
        Output::clear()?;
        exit = match run(pending.as_ref()) {
            // What was loaded is judged; only what changes from now on is new.
            Ok(exit) => {
                pending = Some(BTreeSet::new());
                exit
            }
            Err(Failure::Diagnostics(diagnostics)) => {
                Output::error(&render_all(&diagnostics, output.error_style()))?;
                Exit::Wrong
            }
            Err(Failure::Wrong(message)) => {
                Output::error(&format!("error: {message}\n"))?;
                Exit::Wrong
            }
            Err(other) => return Err(other),
        };
        Output::error(&format!("watching {}; Ctrl-C ends it\n", folder.display()))?;
        loop {
            if !changed(&wakes) {
                return Ok(exit);
            }
            let now = Files::read(folder, besides);
            let difference = known.difference(&now);
            known = now;
            match difference {
                Difference::Nothing => {}
                Difference::Suites(suites) => {
                    // A run that failed leaves open what it would have judged.
                    if let Some(pending) = &mut pending {
                        pending.extend(suites);
                    }
                    break;
                }
                Difference::Everything => {
                    pending = None;
                    break;
                }
            }
        }
    }
}

/// Waits for a change and the quiet after it; false when it is to end.
fn changed(wakes: &Receiver<Wake>) -> bool {
    match wakes.recv() {
        Ok(Wake::Changed) => {}
        Ok(Wake::Stop) | Err(_) => return false,
    }
    loop {
        match wakes.recv_timeout(QUIET) {
            Ok(Wake::Changed) => {}
            Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => return true,
        }
    }
}

fn watcher(folder: &Path, besides: &[PathBuf], sender: Sender<Wake>) -> Result<RecommendedWatcher, Failure> {
    let failure = |error: notify::Error| Failure::Wrong(format!("{} can't be watched: {error}", folder.display()));
    let mut watcher = notify::recommended_watcher(move |_| {
        // Nobody listens any more when it ends.
        let _ = sender.send(Wake::Changed);
    })
    .map_err(failure)?;
    watcher.watch(folder, RecursiveMode::Recursive).map_err(failure)?;
    let parents = besides.iter().filter_map(|file| file.parent());
    let parents: BTreeSet<&Path> =
        parents.map(|parent| if parent == Path::new("") { Path::new(".") } else { parent }).collect();
    for beside in parents.into_iter().filter(|beside| !beside.starts_with(folder)) {
        // Editors put a new file in the stead of the old one, so its folder is watched.
        watcher.watch(beside, RecursiveMode::NonRecursive).map_err(failure)?;
    }
    Ok(watcher)
}

fn stop_at_interrupt(sender: Sender<Wake>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || {
        runtime.block_on(async {
            let _ = tokio::signal::ctrl_c().await;
        });
        let _ = sender.send(Wake::Stop);
    });
    Ok(())
}

/// The files that a run depends on, each with the digest of its bytes.
struct Files {
    by_path: BTreeMap<PathBuf, Vec<u8>>,
    folder: PathBuf,
}

enum Difference {
    Nothing,
    /// Suites that were there before, by their paths in the contract.
    Suites(BTreeSet<String>),
    Everything,
}

impl Files {
    fn read(folder: &Path, besides: &[PathBuf]) -> Self {
        let mut files = Self { by_path: BTreeMap::new(), folder: folder.to_path_buf() };
        files.add_folder(folder, false);
        for inner in FOLDERS {
            files.add_folder(&folder.join(inner), true);
        }
        for file in besides {
            files.add(file);
        }
        files
    }

    fn add_folder(&mut self, folder: &Path, below: bool) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            let kind = path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
            match entry.file_type() {
                // Links are read but not followed into folders, which could lead in a circle.
                Ok(kind) if kind.is_dir() && below && !hidden => self.add_folder(&path, true),
                Ok(_) if kind && !hidden => self.add(&path),
                _ => {}
            }
        }
    }

    fn add(&mut self, path: &Path) {
        if let Ok(bytes) = fs::read(path) {
            self.by_path.insert(path.to_path_buf(), Sha256::digest(bytes).to_vec());
        }
    }

    fn difference(&self, now: &Self) -> Difference {
        let paths: BTreeSet<&PathBuf> = self.by_path.keys().chain(now.by_path.keys()).collect();
        let changed: Vec<&PathBuf> =
            paths.into_iter().filter(|path| self.by_path.get(*path) != now.by_path.get(*path)).collect();
        if changed.is_empty() {
            return Difference::Nothing;
        }
        let suite = |path: &&PathBuf| {
            let stood = self.by_path.contains_key(*path) && now.by_path.contains_key(*path);
            let inner = path.strip_prefix(&self.folder).ok().filter(|inner| inner.starts_with("suites"))?;
            let parts: Vec<_> = inner.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            stood.then(|| parts.join("/"))
        };
        // What only one suite says concerns that suite; all else may concern every one.
        let suites: Option<BTreeSet<String>> = changed.iter().map(suite).collect();
        suites.map_or(Difference::Everything, Difference::Suites)
    }
}
