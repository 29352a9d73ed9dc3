//! Runs that are stopped at some moment: by keys, by a supervisor, by a full disk, by a reader who has read enough.
//! Reports are whole or plainly incomplete, and the exit code is honest.
#![cfg(unix)]

mod support {
    pub(crate) mod binary;
    pub(crate) mod door;
    pub(crate) mod folder;
    pub(crate) mod server;
}

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use support::binary::{Outcome, command, finish, probity};
use support::door::door;
use support::server::Server;

/// The formats whose reports are written as the run goes on, or when it is over.
const FORMATS: [&str; 8] = ["json", "ndjson", "junit", "tap", "sarif", "github", "markdown", "html"];

/// So many trials fill the buffer of every report.
const DOORS: usize = 120;
/// The door at which a run is stopped.
const HELD: usize = 100;

/// A run against doors that are all closed, and one that doesn't open for a while.
struct Stage {
    folder: TempDir,
    held: Arc<AtomicUsize>,
    _server: Server,
}

impl Stage {
    fn set(hold: Duration) -> Self {
        let held: Arc<AtomicUsize> = Arc::default();
        let counter = Arc::clone(&held);
        let server = Server::start(move |request, stream| {
            if request.starts_with(&format!("GET /{HELD} ")) {
                counter.fetch_add(1, Ordering::SeqCst);
                thread::sleep(hold);
            }
            stream.write_all(b"HTTP/1.1 403 Closed\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        });
        let rows: Vec<String> = (0..DOORS).map(|door| format!("      - {{name: d{door}, door: {door}}}\n")).collect();
        let cases = format!(
            "  - case: open\n    requirements: [DOOR-MUST]\n    each:\n{}    request: GET /{{{{door}}}}\n    \
             expect: {{status: 200}}\n",
            rows.concat()
        );
        let cleanup = "cleanup: [{command: [touch, cleaned]}]\n";
        Self { folder: door(&cases, &format!("url: {}\n{cleanup}", server.url())), held, _server: server }
    }

    fn arguments() -> Vec<String> {
        let mut arguments: Vec<String> =
            ["run", "door", "--target", "target.yaml", "--jobs", "1"].map(str::to_owned).into();
        arguments.extend(FORMATS.iter().map(|format| format!("--report={format}={format}")));
        arguments
    }

    /// The run with every report, up to the door that doesn't open.
    fn begun(&self) -> Child {
        let arguments = Self::arguments();
        self.awaited(command(self.folder.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn awaited(&self, mut command: Command) -> Child {
        let log = |name: &str| File::create(self.folder.path().join(name)).expect("a file");
        let child = command.stdout(log("stdout")).stderr(log("stderr")).spawn().expect("the binary starts");
        let began = Instant::now();
        while self.held.load(Ordering::SeqCst) == 0 {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "the run never came to the door: {}",
                self.text("stderr")
            );
            thread::sleep(Duration::from_millis(5));
        }
        child
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    fn cleaned(&self) -> bool {
        self.folder.path().join("cleaned").exists()
    }

    #[track_caller]
    fn reports_are_whole(&self) {
        for format in FORMATS {
            assert!(is_whole(format, &self.text(format)), "{format}: {}", self.text(format));
        }
        let report: Value = serde_json::from_str(&self.text("json")).expect("JSON");
        assert_eq!(report["complete"], false);
    }

    #[track_caller]
    fn reports_are_plainly_incomplete(&self) {
        for format in FORMATS {
            assert!(!is_whole(format, &self.text(format)), "{format}: {}", self.text(format));
        }
        // Whoever reads one of them says so.
        for arguments in [&["report", "json"][..], &["judge", "json", "--contract", "door"]] {
            let read = probity(self.folder.path(), arguments);
            assert_eq!(read.code, Some(2), "{read:?}");
            assert!(read.stderr.contains("is cut short at line"), "{}", read.stderr);
        }
        let merged = probity(self.folder.path(), &["merge", "json"]);
        assert_eq!(merged.code, Some(3), "{merged:?}");
    }
}

/// Whether a report has its end, and so its verdict.
fn is_whole(format: &str, text: &str) -> bool {
    match format {
        "json" | "sarif" => serde_json::from_str::<Value>(text).is_ok(),
        "ndjson" => text
            .lines()
            .last()
            .is_some_and(|line| serde_json::from_str::<Value>(line).is_ok_and(|line| line["event"] == "ended")),
        "junit" => text.trim_end().ends_with("</testsuites>"),
        "tap" => text.contains("\n# verdict: ") && text.contains("\nBail out! "),
        "markdown" => text.contains("**Violates**"),
        "github" => text.starts_with("::error "),
        _ => text.ends_with("</html>\n"),
    }
}

fn signal(signal: &str, id: u32) {
    let sent = Command::new("kill").args([format!("-{signal}"), id.to_string()]).status().expect("a signal");
    assert!(sent.success());
}

#[track_caller]
fn ended(child: &mut Child) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        if began.elapsed() > Duration::from_mins(1) {
            let _ = child.kill();
            panic!("it doesn't end");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn who_is_asked_once_to_stop_finishes_what_began() {
    let outlives = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = outlives.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    // Below nohup(1) nobody is asked to stop by the end of the terminal.
    let hangs_up = ignored.is_none_or(|signals| signals & 1 == 0);
    for name in ["INT", "TERM", "HUP"].into_iter().filter(|name| hangs_up || *name != "HUP") {
        let stage = Stage::set(Duration::from_secs(3));
        let mut child = stage.begun();
        signal(name, child.id());
        // What was violated before is violated; that it isn't all is told.
        assert_eq!(ended(&mut child).code(), Some(1), "{name}: {}", stage.text("stderr"));
        assert!(stage.cleaned(), "{name}");
        stage.reports_are_whole();
        assert!(stage.text("stdout").contains("the run was interrupted"), "{name}: {}", stage.text("stdout"));
    }
}

#[test]
fn who_is_asked_twice_stops_at_once_and_leaves_beginnings() {
    let stage = Stage::set(Duration::from_secs(15));
    let mut child = stage.begun();
    signal("INT", child.id());
    thread::sleep(Duration::from_millis(300));
    signal("INT", child.id());
    let began = Instant::now();
    assert_eq!(ended(&mut child).code(), Some(3));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(stage.text("stderr").contains("interrupted twice"), "{}", stage.text("stderr"));
    stage.reports_are_plainly_incomplete();
}

#[test]
fn who_is_killed_leaves_beginnings() {
    let stage = Stage::set(Duration::from_secs(15));
    let mut child = stage.begun();
    signal("KILL", child.id());
    assert_eq!(ended(&mut child).code(), None);
    stage.reports_are_plainly_incomplete();
}

#[cfg(target_os = "linux")]
#[test]
fn who_is_to_outlive_the_terminal_does() {
    let stage = Stage::set(Duration::from_secs(3));
    let line = format!("trap '' HUP; exec {} {}", env!("CARGO_BIN_EXE_probity"), Stage::arguments().join(" "));
    let mut patient = Command::new("sh");
    patient.args(["-c", &line]).current_dir(stage.folder.path()).env_clear();
    patient.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    patient.stdin(Stdio::null());
    let mut child = stage.awaited(patient);
    signal("HUP", child.id());
    assert_eq!(ended(&mut child).code(), Some(1));
    assert!(!stage.text("stdout").contains("interrupted"), "{}", stage.text("stdout"));
    let report: Value = serde_json::from_str(&stage.text("json")).expect("JSON");
    assert_eq!(report["complete"], true);
}

/// The runs of a folder in which everything is closed, and nobody waits.
fn closed() -> Stage {
    Stage::set(Duration::ZERO)
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_no_pass() {
    let stage = closed();
    let folder = stage.folder.path();
    for format in FORMATS {
        let full = format!("{format}=/dev/full");
        let arguments = ["run", "door", "--target", "target.yaml", "--report", &full, "--report=tap=whole"];
        let outcome = probity(folder, &arguments);
        assert_eq!(outcome.code, Some(2), "{format}: {outcome:?}");
        let told = "error: /dev/full can't be written: No space left on device";
        assert!(outcome.stderr.contains(told), "{format}: {}", outcome.stderr);
        // Everybody else has the whole of it.
        assert!(stage.text("whole").contains("\n# verdict: violates\n"), "{format}");
        assert!(outcome.stdout.contains("\nVIOLATES  "), "{format}");
    }
    let outcome = after("true", folder, "run door --target target.yaml --report=tap=whole > /dev/full");
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("the output can't be written: No space left on device"), "{}", outcome.stderr);
    assert!(stage.text("whole").contains("\n# verdict: violates\n"));
    assert_eq!(probity(folder, &["run", "door", "--target", "target.yaml", "--report=json=json"]).code, Some(1));
    for arguments in [
        &["matrix", "json", "json", "--to", "html=/dev/full"][..],
        &["matrix", "json", "json", "--to", "markdown=/dev/full"],
        &["report", "json", "--to", "junit=/dev/full"],
        &["prove", "door", "--target", "target.yaml", "--report", "html=/dev/full"],
    ] {
        let outcome = probity(folder, arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {outcome:?}");
        assert!(outcome.stderr.contains("No space left on device"), "{arguments:?}: {}", outcome.stderr);
    }
}

/// A shell that runs the binary with these arguments after a line of its own.
fn after(line: &str, folder: &Path, arguments: &str) -> Outcome {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{line}; exec {} {arguments}", env!("CARGO_BIN_EXE_probity"))]);
    shell.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(&mut shell)
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_may_not_grow_is_told_as_a_full_disk_is() {
    let stage = closed();
    for format in ["json", "ndjson", "junit", "tap", "sarif", "html"] {
        let arguments = format!("run door --target target.yaml --report {format}={format}");
        let outcome = after("ulimit -f 8", stage.folder.path(), &arguments);
        assert_eq!(outcome.code, Some(2), "{format}: {outcome:?}");
        assert!(outcome.stderr.contains(&format!("{format} can't be written: File too large")), "{}", outcome.stderr);
        assert!(!is_whole(format, &stage.text(format)), "{format}");
    }
}

#[test]
fn a_report_whose_folder_is_gone_is_told() {
    let stage = Stage::set(Duration::from_secs(3));
    fs::create_dir(stage.folder.path().join("reports")).expect("a folder");
    let arguments = ["run", "door", "--target", "target.yaml", "--jobs", "1", "--report=json=reports/json"];
    let mut child = stage.awaited(command(stage.folder.path(), &arguments));
    fs::remove_dir_all(stage.folder.path().join("reports")).expect("it is removed");
    assert_eq!(ended(&mut child).code(), Some(2));
    let told = stage.text("stderr");
    assert!(told.contains("reports/json can't be written: it was removed meanwhile"), "{told}");
}

#[test]
fn who_reads_no_further_changes_no_verdict() {
    let stage = closed();
    let folder = stage.folder.path();
    assert_eq!(probity(folder, &["run", "door", "--target", "target.yaml", "--report=json=json"]).code, Some(1));
    let open = Server::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    });
    assert_eq!(probity(folder, &["run", "door", "--target", &open.url(), "--report=json=other.json"]).code, Some(0));
    assert_eq!(open.requests(), DOORS);
    for (arguments, codes) in [
        // Without a report nobody is left who wants to know the rest.
        (&["run", "door", "--target", "target.yaml"][..], &[1, 3][..]),
        (&["run", "door", "--target", "target.yaml", "--report=tap=whole"], &[1]),
        (&["judge", "json", "--contract", "door"], &[1, 3]),
        (&["diff", "json", "other.json"], &[1]),
        (&["diff", "json", "other.json", "--json"], &[1]),
        (&["verify", "door", "--target", "target.yaml", "--repeat", "2"], &[1]),
        (&["prove", "door", "--target", "target.yaml"], &[1]),
        (&["report", "json"], &[0]),
        (&["list", "door"], &[0]),
        (&["lint", "door"], &[0]),
    ] {
        // The pipe is closed at once, or after a line.
        for lines in [0, 1] {
            let mut child = command(folder, arguments).spawn().expect("the binary starts");
            let stdout = child.stdout.take().expect("a pipe");
            let read = BufReader::new(stdout).lines().take(lines).count();
            assert!(read <= lines);
            let mut said = String::new();
            std::io::Read::read_to_string(&mut child.stderr.take().expect("a pipe"), &mut said).expect("a text");
            let status = ended(&mut child);
            assert!(status.code().is_some_and(|code| codes.contains(&code)), "{arguments:?}: {status} {said}");
            assert!(!said.contains("panicked") && !said.contains("error"), "{arguments:?}: {said}");
        }
    }
    assert!(stage.text("whole").contains("\n# verdict: violates\n"));
}

#[test]
fn who_is_killed_while_answers_are_kept_leaves_whole_files() {
    let stage = Stage::set(Duration::from_secs(15));
    let suite = stage.folder.path().join("door/suites/door.yaml");
    let text = fs::read_to_string(&suite).expect("a suite");
    fs::write(&suite, text.replace("{status: 200}", "{status: 403, snapshot: true}")).expect("a suite");
    let target = stage.folder.path().join("target.yaml");
    fs::write(&target, stage.text("target.yaml") + "snapshots: kept\n").expect("a target");
    for mode in ["new", "accept"] {
        stage.held.store(0, Ordering::SeqCst);
        let arguments = ["run", "door", "--target", "target.yaml", "--jobs", "1", "--snapshots", mode];
        let mut child = stage.awaited(command(stage.folder.path(), &arguments));
        signal("KILL", child.id());
        ended(&mut child);
        let files: Vec<_> = fs::read_dir(stage.folder.path().join("kept/door")).expect("a folder").collect();
        let whole = files.into_iter().filter(|entry| {
            let path = entry.as_ref().expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a text");
            assert!(text.starts_with("---\n") && text.contains("\n---\n403"), "{}: {text}", path.display());
            true
        });
        assert!(whole.count() >= HELD, "{mode}");
        let review = probity(stage.folder.path(), &["review", "door", "--target", "target.yaml"]);
        assert!(matches!(review.code, Some(0 | 1)), "{review:?}");
    }
}
