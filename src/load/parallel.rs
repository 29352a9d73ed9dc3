//! Files to trees on several cores at once: of a large contract this is what takes longest.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use super::yaml::{self, Node};
use crate::diagnostic::{Diagnostic, SourceFile};

/// A tree, and what is wrong with the file.
type Parsed = (Option<Node>, Vec<Diagnostic>);

/// So many bytes are worth a thread.
const WORTH: usize = 128 << 10;

/// The trees of files, in their order. Trees are large, so there are never more at once than there are cores.
pub(super) fn parsed(files: &[&Arc<SourceFile>]) -> impl Iterator<Item = Parsed> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    let at_once = cores.min(bytes / WORTH).max(1);
    files.chunks(at_once).flat_map(|files| match files {
        [only] => vec![parse(only)],
        _ => side_by_side(files),
    })
}

fn side_by_side(files: &[&Arc<SourceFile>]) -> Vec<Parsed> {
    thread::scope(|scope| {
        let threads: Vec<_> = files.iter().map(|file| scope.spawn(|| parse(file))).collect();
        // A parser that panics does so here as well as there.
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn parse(file: &Arc<SourceFile>) -> Parsed {
    let mut diagnostics = Vec::new();
    let node = yaml::parse(file, &mut diagnostics);
    (node, diagnostics)
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
            let all: Vec<Parsed> = parsed(&files.iter().collect::<Vec<_>>()).collect();
            assert_eq!(all.len(), 20);
            for (index, (node, diagnostics)) in all.iter().enumerate() {
                let text = node.as_ref().and_then(Node::scalar);
                assert_eq!(text, (index != 7).then(|| format!("file-{index}")), "{diagnostics:?}");
                assert_eq!(diagnostics.is_empty(), index != 7);
            }
        }
    }
}
