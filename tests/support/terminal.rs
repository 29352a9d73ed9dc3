//! Commands at a terminal of their own, with keys that are typed.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A command that takes longer than this waits for a key that nobody types.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a command at a terminal came to.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) code: Option<i32>,
    /// Everything that the terminal was told, without colours.
    pub(crate) text: String,
}

/// Runs a command at a terminal of so many columns, and types these keys once it shows `prompt`. `script` of util-linux
/// makes the terminal.
#[track_caller]
pub(crate) fn typed(command: &mut Command, prompt: &str, keys: &str, columns: u16) -> Shown {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line: Vec<String> = words.map(|word| quoted(&word.to_string_lossy())).collect();
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--echo", "never", "--command"]);
    script.arg(format!("stty cols {columns} rows 40; {}", line.join(" "))).arg("/dev/null");
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    script.env("TERM", "xterm").env_remove("CI");
    if let Some(folder) = command.get_current_dir() {
        script.current_dir(folder);
    }
    let mut child =
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("`script` of util-linux is installed");
    let mut keyboard = child.stdin.take().expect("a pipe");
    let mut stdout = child.stdout.take().expect("a pipe");
    let screen: Arc<Mutex<Vec<u8>>> = Arc::default();
    let told = Arc::clone(&screen);
    let reader = thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = stdout.read(&mut bytes) {
            told.lock().expect("no test panicked with it").extend_from_slice(&bytes[..length]);
        }
    });
    let shown = || plain(&String::from_utf8_lossy(&screen.lock().expect("no test panicked with it")));
    let started = Instant::now();
    let mut untyped = Some(keys);
    let status = loop {
        if let Some(keys) = untyped.take_if(|_| shown().contains(prompt)) {
            keyboard.write_all(keys.as_bytes()).expect("the keys are taken");
        }
        match child.try_wait().expect("the child can be waited for") {
            Some(status) => break Some(status),
            None if started.elapsed() > PATIENCE => {
                let _ = child.kill();
                break None;
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    drop(keyboard);
    reader.join().expect("the screen is read");
    assert!(status.is_some(), "it waits for more than {keys:?}\n{}", shown());
    Shown { code: status.and_then(|status| status.code()), text: shown() }
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The text without escape sequences and carriage returns.
fn plain(text: &str) -> String {
    let sequence = regex::Regex::new("\u{1b}(\\[[0-9;?]*[a-zA-Z]|[()][A-Z0-9])|\r").expect("a pattern");
    sequence.replace_all(text, "").into_owned()
}
