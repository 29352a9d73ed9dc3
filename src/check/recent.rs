//! What was read of the last large body, for servers that give many requests the same answer.
//!
//! To read a body of a megabyte in every way in which a text can hide takes some twenty milliseconds; to see that it is
//! the one before, a hundredth of that.

use std::cell::RefCell;
use std::rc::Rc;

use super::subject::{Original, READ_WHOLE, Reading, Subject};
use crate::model::exchange::{Answer, SMALL};
use crate::model::limits::Limits;

/// The last answer with a large body, and what was read of it.
#[derive(Default)]
pub struct Recent(RefCell<Option<(Limits, Rc<Original>)>>);

impl Recent {
    /// What is to be judged, with what is known of its answer already.
    #[must_use]
    pub fn read<'s>(&self, subject: Subject<'s>) -> Subject<'s> {
        let answer = subject.answer;
        match &*self.0.borrow() {
            Some((limits, original))
                if is_large(answer) && *limits == subject.limits() && original.has_body_of(answer) =>
            {
                subject.with_reading(&Reading::of_altered(answer, None, None, original))
            }
            _ => subject,
        }
    }

    /// Keeps what was read of an answer.
    pub fn keep(&self, subject: &Subject<'_>) {
        let known = |original: &Original| original.has_body_of(subject.answer);
        if is_large(subject.answer) && !self.0.borrow().as_ref().is_some_and(|(_, original)| known(original)) {
            self.0.replace(Some((subject.limits(), subject.so_far())));
        }
    }
}

/// Smaller ones are read at once.
fn is_large(answer: &Answer) -> bool {
    (SMALL..=READ_WHOLE).contains(&answer.body.len())
}
