//! What asks a process to end, and what would end it without asking.

use std::sync::Once;

/// Waits for everything that asks a process to end: Ctrl-C, what a supervisor sends, the end of the terminal.
pub(super) struct Stop {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
}

impl Stop {
    /// From here on nothing of it ends the process by itself. Needs a runtime.
    #[cfg(unix)]
    pub(super) fn expected() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = (!ignores(SignalKind::hangup().as_raw_value())).then(SignalKind::hangup);
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()].into_iter().chain(hangup);
        Self { signals: kinds.filter_map(|kind| signal(kind).ok()).collect() }
    }

    /// From here on nothing of it ends the process by itself. Needs a runtime.
    #[cfg(not(unix))]
    pub(super) fn expected() -> Self {
        Self {}
    }

    /// The next time that anybody asks.
    #[cfg(unix)]
    pub(super) async fn asked(&mut self) {
        let asked = self.signals.iter_mut().map(|signal| Box::pin(signal.recv()));
        if asked.len() == 0 {
            return std::future::pending().await;
        }
        futures_util::future::select_all(asked).await;
    }

    /// The next time that anybody asks.
    #[cfg(not(unix))]
    pub(super) async fn asked(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

/// Whether whoever started the process wants it to ignore a signal, as `nohup` does; also where that can't be found out.
#[cfg(unix)]
fn ignores(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Has a file that grows beyond what the process may write be an error like a full disk, which can be told. Otherwise
/// it would end the process.
pub(super) fn outlive_file_limits() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(target_os = "linux")]
        {
            use tokio::signal::unix::{SignalKind, signal};
            /// SIGXFSZ, see signal(7).
            const FILE_TOO_LARGE: i32 = 25;
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            // What was registered once stays so, without anybody who waits for it.
            let _ = runtime.block_on(async { signal(SignalKind::from_raw(FILE_TOO_LARGE)).map(drop) });
        }
    });
}
