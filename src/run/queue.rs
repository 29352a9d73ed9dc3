//! Which of the trials that change nothing begins next: the first in the plan that needs nothing that another changes
//! at the moment.

/// Trials that wait for their turn.
pub(super) struct Queue<'p> {
    /// Those that need the same; few, for what trials need is named by the contract.
    groups: Vec<Group<'p>>,
}

/// The trials that need the same resources as they are.
struct Group<'p> {
    reads: &'p [String],
    /// Last comes first.
    waiting: Vec<usize>,
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// This trial begins. Where all that are left need what others change, it waits for them.
    Trial(usize),
    /// Others have to end before any may begin.
    Later,
    /// All have begun.
    Nothing,
}

impl<'p> Queue<'p> {
    /// Trials in the order in which they begin, each with what it needs.
    pub(super) fn new(trials: impl DoubleEndedIterator<Item = (usize, &'p [String])>) -> Self {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for (index, reads) in trials.rev() {
            match groups.iter_mut().find(|group| group.reads == reads) {
                Some(group) => group.waiting.push(index),
                None => groups.push(Group { reads, waiting: vec![index] }),
            }
        }
        Self { groups }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.waiting.is_empty())
    }

    /// Takes the next. `place` says where a trial stands in the order, and `last` up to which place any may begin;
    /// `is_open` whether nobody changes these resources.
    pub(super) fn next(
        &mut self,
        place: impl Fn(usize) -> u64,
        last: u64,
        is_open: impl Fn(&[String]) -> bool,
    ) -> Next {
        if self.is_empty() {
            return Next::Nothing;
        }
        let heads = self.groups.iter_mut().filter_map(|group| {
            let place = place(*group.waiting.last()?);
            (place <= last).then_some((place, group))
        });
        let next = heads.min_by_key(|(place, group)| (!is_open(group.reads), *place));
        let next = next.and_then(|(_, group)| group.waiting.pop());
        next.map_or(Next::Later, Next::Trial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: fn(usize) -> u64 = |index| index as u64;

    #[test]
    fn what_needs_something_that_changes_is_passed_over_until_nothing_else_is_left() {
        let [none, people, both] = [vec![], vec!["people".to_owned()], vec!["console".to_owned(), "people".to_owned()]];
        let trials = [(1, &people), (2, &none), (4, &both), (5, &people), (7, &none)];
        let mut queue = Queue::new(trials.into_iter().map(|(index, reads)| (index, &reads[..])));
        let closed = |reads: &[String]| reads.is_empty();
        let mut began = Vec::new();
        for (last, is_open, expected) in [
            (u64::MAX, &closed as &dyn Fn(&[String]) -> bool, Next::Trial(2)),
            (0, &closed, Next::Later),
            (6, &closed, Next::Trial(1)),
            (6, &|_| true, Next::Trial(4)),
            (u64::MAX, &closed, Next::Trial(7)),
            (4, &|_| true, Next::Later),
            (5, &|_| true, Next::Trial(5)),
            (u64::MAX, &|_| true, Next::Nothing),
        ] {
            began.push(queue.next(ORDER, last, is_open));
            assert_eq!(began.last(), Some(&expected), "after {began:?}");
        }
        assert!(queue.is_empty());
    }

    #[test]
    fn another_order_holds_among_all() {
        let [none, people] = [vec![], vec!["people".to_owned()]];
        let backwards = |index: usize| 9 - index as u64;
        let trials = [(3, &none), (2, &people), (1, &none), (0, &people)];
        let mut queue = Queue::new(trials.into_iter().map(|(index, reads)| (index, &reads[..])));
        let began = std::iter::from_fn(|| match queue.next(backwards, u64::MAX, |_| true) {
            Next::Trial(index) => Some(index),
            _ => None,
        });
        assert_eq!(began.collect::<Vec<_>>(), [3, 2, 1, 0]);
    }
}
