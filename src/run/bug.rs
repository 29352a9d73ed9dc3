//! Failures of Probity itself: a panic ends what it happens in, and nothing else.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::task::Poll;

use crate::check::excerpt;

thread_local! {
    /// How many are watching over what runs now.
    static WATCHED: Cell<usize> = const { Cell::new(0) };
    /// Where the last panic happened.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic that was caught. What it says may quote what a server sent: it is masked where it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bug {
    message: String,
    place: Option<String>,
    /// Whether the message is written in a source file, so that nothing of a server or a contract is in it.
    constant: bool,
}

impl Bug {
    /// What a panic left.
    pub fn of(payload: &(dyn Any + Send)) -> Self {
        let constant = payload.downcast_ref::<&str>().map(|message| (*message).to_owned());
        let made = payload.downcast_ref::<String>().cloned();
        let place = PLACE.with_borrow_mut(Option::take);
        Self { constant: constant.is_some(), message: constant.or(made).unwrap_or_default(), place }
    }

    /// Whether it stands behind the error of a writer.
    #[must_use]
    pub fn is_behind(error: &io::Error) -> bool {
        error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<Self>)
    }

    /// What can be told without knowing what is secret: where it happened, and what is the same every time.
    #[must_use]
    pub fn without_data(self) -> Self {
        if self.constant { self } else { Self { message: String::new(), ..self } }
    }
}

impl Error for Bug {}

impl fmt::Display for Bug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("this is a bug in Probity and says nothing of the server: ")?;
        match self.message.as_str() {
            "" => formatter.write_str("it failed")?,
            message => write!(formatter, "it failed with {}", excerpt(message.as_bytes()))?,
        }
        if let Some(place) = &self.place {
            write!(formatter, " at {place}")?;
        }
        write!(
            formatter,
            " (version {}); please report it, with the case and the answer if they may be shown",
            env!("CARGO_PKG_VERSION")
        )
    }
}

/// Notes where a panic happens, for whoever catches it; to be called by the hook of the process. Says whether anybody
/// will, so that nothing needs to be printed.
#[must_use]
pub fn noted(panic: &PanicHookInfo<'_>) -> bool {
    let place = panic.location().map(|place| format!("{}:{}", from_its_crate(place.file()), place.line()));
    PLACE.with_borrow_mut(|known| *known = place);
    WATCHED.get() > 0
}

/// The path of a source file without the folders of the machine that it was compiled on.
fn from_its_crate(path: &str) -> String {
    let parts: Vec<&str> = path.split(['/', '\\']).collect();
    let source = parts.iter().rposition(|part| ["src", "tests"].contains(part));
    let absolute = parts[0].is_empty() || parts[0].ends_with(':');
    match source {
        Some(source) if absolute => parts[source.saturating_sub(1)..].join("/"),
        _ => parts.join("/"),
    }
}

/// Does something that may panic.
///
/// # Errors
/// It did.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Bug> {
    WATCHED.set(WATCHED.get() + 1);
    // Whatever was half done is not looked at again, or was made to be: results are taken when they are whole.
    let done = catch_unwind(AssertUnwindSafe(work));
    WATCHED.set(WATCHED.get() - 1);
    done.map_err(|payload| Bug::of(&*payload))
}

/// The same for what takes its time: it is given up at once, with all that it holds.
///
/// # Errors
/// It panicked.
pub(super) fn caught_in<T>(work: impl Future<Output = T>) -> impl Future<Output = Result<T, Bug>> {
    // What holds it would be as large as itself.
    let mut work = Box::pin(work);
    poll_fn(move |context| match caught(|| work.as_mut().poll(context)) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
        Err(bug) => Poll::Ready(Err(bug)),
    })
}

/// Panics where a test wants to see what becomes of it, with words that quote what is at hand there. No release does.
///
/// # Panics
/// Where the environment asks for it.
#[track_caller]
pub fn provoked(place: &dyn fmt::Display, quoted: &[u8]) {
    #[cfg(debug_assertions)]
    assert!(
        std::env::var_os("PROBITY_PANICS_AT").is_none_or(|wanted| *wanted != *place.to_string()),
        "provoked over {}",
        String::from_utf8_lossy(quoted)
    );
    #[cfg(not(debug_assertions))]
    let _ = (place, quoted);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_value() {
        assert_eq!(caught(|| 1), Ok(1));
        let bug = caught(|| panic!("{} of an answer", std::hint::black_box("much"))).expect_err("a panic");
        assert!(bug.to_string().contains("it failed with much of an answer"), "{bug}");
        assert!(!bug.without_data().to_string().contains("much"));
        let bug = caught(|| panic!("always the same")).expect_err("a panic").without_data();
        assert!(bug.to_string().contains("always the same"), "{bug}");
        assert_eq!(WATCHED.get(), 0);
    }

    #[tokio::test]
    async fn what_a_future_holds_is_let_go_when_it_panics() {
        let lock = tokio::sync::Mutex::new(());
        let work = async {
            let _guard = lock.lock().await;
            tokio::task::yield_now().await;
            panic!("with a lock");
        };
        caught_in(work).await.expect_err("a panic");
        assert!(lock.try_lock().is_ok());
    }

    #[test]
    fn places_dont_name_the_machine() {
        for (path, shown) in [
            ("src/check/json.rs", "src/check/json.rs"),
            ("/a/registry/src/index-1/serde_json-1.0/src/de.rs", "serde_json-1.0/src/de.rs"),
            ("/rustc/0123/library/core/src/str/mod.rs", "core/src/str/mod.rs"),
            ("C:\\a\\regex-1\\src\\lib.rs", "regex-1/src/lib.rs"),
            ("odd", "odd"),
        ] {
            assert_eq!(from_its_crate(path), shown);
        }
    }
}
