//! What is said when the program itself fails.

use std::panic;

use super::Output;

/// From now on a panic says where it was and not what it was about: that may be anything that a server or a target file
/// said, secrets too.
pub(super) fn say_only_where() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| format!(" at {place}"));
        let _ = Output::error(&format!(
            "internal error: probity panicked{place}; this is a mistake of ours, and says nothing of the server\n\
             help: please report this line with the command; what it was about isn't shown, since it may hold a secret\n"
        ));
    }));
}
