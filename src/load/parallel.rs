//! Files to trees on several cores at once: of a large contract this is what takes longest.

use std::any::Any;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::yaml::{self, Node};
use crate::diagnostic::{Diagnostic, SourceFile};

/// A tree, and what is wrong with the file.
type Parsed<'f> = (Option<Node<'f>>, Vec<Diagnostic>);

/// So many bytes are worth a thread.
const WORTH: usize = 128 << 10;

/// Gives `take` the trees of files, in their order. While it works on one, the next ones are made; trees are large, so
/// that there are never more than one for each core.
pub(super) fn parsed<'f>(files: &[&'f Arc<SourceFile>], mut take: impl FnMut(Parsed<'f>)) {
    let worth = files.iter().map(|file| file.text.len()).sum::<usize>() / WORTH;
    // To ask how many there are takes longer than to read a small file.
    let cores = if worth < 2 { 1 } else { thread::available_parallelism().map_or(1, NonZero::get) };
    let at_once = cores.min(worth).min(files.len());
    if at_once < 2 {
        return files.iter().map(|file| parse(file)).for_each(take);
    }
    let ahead = Ahead { files, most: at_once, state: Mutex::default(), changed: Condvar::new() };
    thread::scope(|scope| {
        // Whatever happens here, nobody waits there for ever.
        let _stop = Stop(&ahead);
        for _ in 1..at_once {
            scope.spawn(|| ahead.work());
        }
        (0..files.len()).for_each(|index| take(ahead.tree(index)));
    });
}

fn parse(file: &Arc<SourceFile>) -> Parsed<'_> {
    let mut diagnostics = Vec::new();
    let node = yaml::parse(file, &mut diagnostics);
    (node, diagnostics)
}

/// The trees that are made before anybody asks for them.
struct Ahead<'a, 'f> {
    files: &'a [&'f Arc<SourceFile>],
    /// So many are there, or under way, that weren't taken.
    most: usize,
    state: Mutex<State<'f>>,
    changed: Condvar,
}

#[derive(Default)]
struct State<'f> {
    begun: usize,
    taken: usize,
    stopped: bool,
    made: BTreeMap<usize, Result<Parsed<'f>, Box<dyn Any + Send>>>,
}

impl<'f> Ahead<'_, 'f> {
    /// Nobody panics who holds it.
    fn state(&self) -> MutexGuard<'_, State<'f>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State<'f>>) -> MutexGuard<'s, State<'f>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes trees until there are all, or nobody wants more.
    fn work(&self) {
        let mut state = self.state();
        while !state.stopped && state.begun < self.files.len() {
            state = if state.begun < state.taken + self.most { self.make_one(state) } else { self.wait(state) };
        }
    }

    /// The tree of a file; meanwhile, others are made here too.
    fn tree(&self, index: usize) -> Parsed<'f> {
        let mut state = self.state();
        loop {
            if let Some(made) = state.made.remove(&index) {
                state.taken += 1;
                self.changed.notify_all();
                drop(state);
                // A parser that panics does so here as well as there.
                return made.unwrap_or_else(|panic| resume_unwind(panic));
            }
            let is_room = state.begun < self.files.len().min(state.taken + self.most);
            state = if is_room { self.make_one(state) } else { self.wait(state) };
        }
    }

    fn make_one<'s>(&'s self, mut state: MutexGuard<'s, State<'f>>) -> MutexGuard<'s, State<'f>> {
        let index = state.begun;
        state.begun += 1;
        drop(state);
        let made = catch_unwind(AssertUnwindSafe(|| parse(self.files[index])));
        let mut state = self.state();
        state.made.insert(index, made);
        self.changed.notify_all();
        state
    }
}

struct Stop<'s, 'a, 'f>(&'s Ahead<'a, 'f>);

impl Drop for Stop<'_, '_, '_> {
    fn drop(&mut self) {
        self.0.state().stopped = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_come_in_the_order_of_the_files() {
        for size in [1, WORTH] {
            let files: Vec<Arc<SourceFile>> = (0..20)
                .map(|index| {
                    let text =
                        if index == 7 { "a: [".to_owned() } else { format!("# {}\nfile-{index}\n", "x".repeat(size)) };
                    Arc::new(SourceFile::new(format!("{index}.yaml"), text))
                })
                .collect();
            let mut all: Vec<Parsed> = Vec::new();
            parsed(&files.iter().collect::<Vec<_>>(), |tree| all.push(tree));
            assert_eq!(all.len(), 20);
            for (index, (node, diagnostics)) in all.iter().enumerate() {
                let text = node.as_ref().and_then(Node::scalar);
                assert_eq!(text, (index != 7).then(|| format!("file-{index}")).as_deref(), "{diagnostics:?}");
                assert_eq!(diagnostics.is_empty(), index != 7);
            }
        }
    }

    #[test]
    fn who_takes_no_more_keeps_nobody_waiting() {
        let text = format!("# {}\ntext\n", "x".repeat(WORTH));
        let files: Vec<Arc<SourceFile>> =
            (0..20).map(|index| Arc::new(SourceFile::new(format!("{index}.yaml"), text.clone()))).collect();
        let files: Vec<&Arc<SourceFile>> = files.iter().collect();
        let taken = catch_unwind(|| parsed(&files, |_| panic!("enough")));
        assert!(taken.is_err());
    }
}
