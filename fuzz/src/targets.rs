//! What must hold of everything that comes from outside, whatever it is: nothing panics, nothing hangs, nothing takes
//! memory out of proportion, and what can be turned back is the same again.
//!
//! Each function takes one input. `cargo fuzz` looks for inputs that break one, and `tests/fuzz.rs` tries the same
//! functions in every build. `FOLDED` joins the files of a folder into one input.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path};
use std::str;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use probity::check::{Judgement, Moment, select};
use probity::diagnostic::{Diagnostic, Style, render_all};
use probity::import::{Imported, from_curl, from_document};
use probity::load::{self, Origin};
use probity::model::contract::Contract;
use probity::model::event::Event;
use probity::model::exchange::{Answer, Ending, Wire};
use probity::model::parameters::Parameters;
use probity::model::path::JsonPath;
use probity::model::secret::{MASK, Secrets};
use probity::model::template::{Scope, Template};
use probity::plan::{Pattern, Plan, Selection, plan};
use probity::report::format::Format;
use probity::report::proof_json::Proved;
use probity::report::stored::Stored;
use probity::report::terminal::Terminal;
use probity::run::{Settings, run};
use probity::snapshot::{Mode, Store, review};
use serde_json::{Map, json};
use tempfile::TempDir;

/// What takes an input.
pub type Target = fn(&[u8]);

/// Every target, by the name of its corpus.
pub const TARGETS: [(&str, Target); 15] = [
    ("suite", suite),
    ("contract", contract),
    ("target", target),
    ("waivers", waivers),
    ("template", template),
    ("path", path),
    ("header", header),
    ("body", body),
    ("wire", wire),
    ("secrets", secrets),
    ("report", report),
    ("proof", proof),
    ("document", document),
    ("curl", curl),
    ("snapshot", snapshot),
];

/// What a line begins with that names the next file of a folder.
const FOLDED: &str = "%% ";

/// A contract to which the other inputs belong.
const CONTRACT: [(&str, &str); 7] = [
    ("contract.yaml", include_str!("../contract/contract.yaml")),
    ("requirements.yaml", include_str!("../contract/requirements.yaml")),
    ("personas.yaml", include_str!("../contract/personas.yaml")),
    ("world.yaml", include_str!("../contract/world.yaml")),
    // It uses all that the others have, so that a suite needn't.
    ("suites/usual.yaml", include_str!("../contract/usual.yaml")),
    ("schemas/note.json", include_str!("../contract/schemas/note.json")),
    ("schemas/parts/id.json", include_str!("../contract/schemas/parts/id.json")),
];

/// The further suite of the contract where the input is none.
const MATRIX: &str = include_str!("../corpus/suite/matrix.yaml");

/// What is asked of a server that answers with the input, by each transport.
const WIRE: &str = include_str!("../contract/wire.yaml");

/// A secret of the contract's world, and what an input says instead of it: servers give back what they are sent.
const SECRET: &str = "token-of-ann-5f1c9e";
const ITS_NAME: &str = "%SECRET%";

/// More trials than this are planned, and not judged one by one.
const MOST_TRIALS: usize = 60;

/// A folder with these files.
fn folder<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    folder
}

/// A contract with this suite.
fn with_suite(suite: &[u8]) -> Result<Contract, Vec<Diagnostic>> {
    let files = CONTRACT.iter().map(|(path, text)| (*path, text.as_bytes()));
    let folder = folder(files.chain([("suites/fuzzed.yaml", suite)]));
    load::contract(&Origin::Folder(folder.path().to_owned()))
}

thread_local! {
    static USUAL: OnceCell<(Contract, Plan)> = const { OnceCell::new() };
}

/// The contract with a suite of its own.
fn usual<T>(of: impl FnOnce(&Contract, &Plan) -> T) -> T {
    USUAL.with(|usual| {
        let (contract, plan) = usual.get_or_init(|| {
            let contract = with_suite(MATRIX.as_bytes()).expect("a sound contract");
            let plan = plan(&contract, None, &Selection::default()).expect("a plan");
            (contract, plan)
        });
        of(contract, plan)
    })
}

/// Every problem can be shown, whatever stands in the file, however narrow the terminal.
fn shown(diagnostics: &[Diagnostic]) {
    assert!(!diagnostics.is_empty(), "refused without a reason");
    for (colour, width) in [(false, 40), (true, 120)] {
        let text = render_all(diagnostics, Style { colour, width });
        assert!(!text.is_empty());
        let odd = |c: char| c.is_control() && c != '\n' && !(colour && c == '\u{1b}');
        assert!(!text.contains(odd), "a control character is shown: {text:?}");
    }
}

/// Plans what was loaded, and judges an answer by all of it.
fn planned(contract: &Contract) {
    match plan(contract, None, &Selection::default()) {
        Ok(plan) => judged(contract, &plan, &answer(b"{\"id\": \"n-1\", \"tags\": [1, \"sea\"], \"count\": 2.5}")),
        Err(diagnostics) => shown(&diagnostics),
    }
}

fn answer(body: &[u8]) -> Answer {
    let header = |name: &str, value: &str| (name.to_owned(), Bytes::copy_from_slice(value.as_bytes()));
    Answer {
        status: 200,
        reason: "OK".into(),
        headers: vec![
            header("content-type", "application/json; charset=utf-8"),
            header("content-length", &body.len().to_string()),
            header("etag", "\"n-1.1\""),
            header("x-a", ""),
        ],
        body: Bytes::copy_from_slice(body),
        ending: Ending::Complete,
        wire: Wire::default(),
    }
}

fn judged(contract: &Contract, plan: &Plan, answer: &Answer) {
    let (target, captures) = (json!({"name": "fuzzed"}), Map::new());
    for trial in plan.trials.iter().take(MOST_TRIALS) {
        let (personas, world) = (&plan.personas, &contract.world);
        let moment = Moment { trial, personas, world, target: &target, captures: &captures, earlier: &[] };
        for step in 0..trial.case.steps.len() {
            let subject = moment.subject(step, answer);
            let judgement = moment.judge(step, &subject);
            let again = moment.judge(step, &moment.subject(step, answer));
            let told = |judgement: &Judgement| format!("{:?}", judgement.findings);
            assert_eq!(told(&judgement), told(&again), "the same answer is judged differently");
            let _ = moment.captured(step, &subject);
        }
    }
}

/// A suite: YAML of a contract.
pub fn suite(input: &[u8]) {
    match with_suite(input) {
        Ok(contract) => planned(&contract),
        Err(diagnostics) => shown(&diagnostics),
    }
}

/// A whole contract: several files.
pub fn contract(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut files: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    let mut file = "contract.yaml";
    for line in text.split_inclusive('\n') {
        match line.strip_prefix(FOLDED).map(str::trim_end) {
            Some(name) if is_below(name) => file = name,
            _ => files.entry(file).or_default().extend(line.as_bytes()),
        }
    }
    // A file can't be a folder as well.
    let clashes = |name: &str| {
        files.keys().any(|other| Path::new(other) != Path::new(name) && Path::new(other).starts_with(name))
    };
    let kept = files.iter().filter(|(name, _)| !clashes(name));
    let folder = folder(kept.map(|(name, content)| (*name, content.as_slice())));
    match load::contract(&Origin::Folder(folder.path().to_owned())) {
        Ok(contract) => planned(&contract),
        Err(diagnostics) => shown(&diagnostics),
    }
}

/// Whether a path is an ordinary one that stays in its folder, and one spelling of it.
fn is_below(path: &str) -> bool {
    let ordinary = |part: Component<'_>| match part {
        Component::Normal(name) => name.len() < 256 && !name.to_string_lossy().contains('\0'),
        _ => false,
    };
    (1..400).contains(&path.len())
        && !path.ends_with('/')
        && !path.contains("//")
        && !path.contains("/.")
        && Path::new(path).components().all(ordinary)
}

/// A target file. Those that would start a program or read another file are left out.
pub fn target(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    // Escapes could spell the same words.
    if ["command", "file", "ca", "key", "certificate", "\\", "!"].iter().any(|word| text.contains(word)) {
        return;
    }
    let folder = folder([("target.yaml", input)]);
    usual(|contract, _| match load::target_from_file(&folder.path().join("target.yaml"), contract) {
        Ok(target) => match plan(contract, Some(&target), &Selection::default()) {
            Ok(plan) => assert!(!plan.trials.is_empty()),
            Err(diagnostics) => shown(&diagnostics),
        },
        Err(diagnostics) => shown(&diagnostics),
    });
}

/// A file of waivers. What is taken out of it leaves all else.
pub fn waivers(input: &[u8]) {
    let folder = folder([("waivers.yaml", input)]);
    let path = folder.path().join("waivers.yaml");
    let waivers = match load::waivers_from_file(&path) {
        Ok(waivers) => waivers,
        Err(diagnostics) => return shown(&diagnostics),
    };
    if let Some(same) = load::waivers_without(&waivers, |_| false).filter(|_| !waivers.is_empty()) {
        assert_eq!(same.as_bytes(), input);
    }
    let Some(first) = waivers.first() else { return };
    let Some(rest) = load::waivers_without(&waivers, |one| one.place.start() == first.place.start()) else { return };
    fs::write(&path, rest).expect("a file");
    let left = load::waivers_from_file(&path).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(left.len(), waivers.len() - 1);
}

/// A template.
pub fn template(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let escaped = Template::parse(&text.replace("{{", "{{{{")).expect("no reference");
    assert_eq!(escaped.as_literal(), Some(&*text));
    let Ok(template) = Template::parse(&text) else { return };
    usual(|contract, plan| {
        let parameters = Parameters::new(vec![("level".into(), json!([1, {"a": "é"}, null]))]);
        let (captures, target) = (Map::new(), json!({"name": "x"}));
        let (personas, world) = (&plan.personas, &contract.world);
        let scope = Scope { parameters: &parameters, captures: &captures, personas, world, target: &target };
        let (text, value) = (template.text(&scope), template.value(&scope));
        assert_eq!(text.is_ok(), value.is_ok());
        if let (Ok(text), Ok(value)) = (text, value) {
            assert!(value.as_str().is_none_or(|value| value == text));
        }
    });
}

/// A path of `JSONPath`. What is shown of it means the same.
pub fn path(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(path) = JsonPath::parse(text) else { return };
    let shown = path.to_string();
    let again = JsonPath::parse(&shown).unwrap_or_else(|error| panic!("{text} is shown as {shown}: {error:?}"));
    usual(|contract, _| {
        let pointers = |path: &JsonPath| -> Vec<String> {
            select(path, &contract.world).into_iter().map(|node| node.pointer).collect()
        };
        assert_eq!(pointers(&path), pointers(&again), "{text} is shown as {shown}");
    });
}

/// Rules on a header, an empty line, and its values, a line each.
pub fn header(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (rules, values) = text.split_once("\n\n").unwrap_or((&text, ""));
    let rules = rules.lines().fold(String::new(), |rules, line| rules + "          " + line + "\n");
    let suite = format!(
        "suite: fuzzed\nservice: notes\ndefaults: {{as: ann}}\ncases:\n  - case: x\n    requirements: [X]\n    \
         request: GET /\n    expect:\n      status: 200\n      headers:\n        x-a:\n{rules}"
    );
    match with_suite(suite.as_bytes()) {
        Ok(contract) => {
            let mut answer = answer(b"{}");
            answer.headers.truncate(2);
            let values = values.lines().map(|value| ("X-A".to_owned(), Bytes::copy_from_slice(value.as_bytes())));
            answer.headers.extend(values);
            let plan = plan(&contract, None, &Selection::default()).expect("a plan");
            judged(&contract, &plan, &answer);
        }
        Err(diagnostics) => shown(&diagnostics),
    }
}

/// The body of an answer, judged by every rule that there is.
pub fn body(input: &[u8]) {
    usual(|contract, plan| judged(contract, plan, &answer(input)));
}

/// Everything that a server says, over both transports and into every report.
pub fn wire(input: &[u8]) {
    thread_local! {
        static ASKED: (Contract, Rude) = (with_suite(WIRE.as_bytes()).expect("a sound contract"), Rude::start());
    }
    ASKED.with(|(contract, server)| {
        let text = ITS_NAME.as_bytes();
        let mut said = Vec::with_capacity(input.len());
        let mut rest = input;
        while let Some(at) = rest.windows(text.len()).position(|window| window == text) {
            said.extend(&rest[..at]);
            said.extend(SECRET.as_bytes());
            rest = &rest[at + text.len()..];
        }
        said.extend(rest);
        *server.says.lock().expect("no panic") = said;
        asked(contract, &server.address);
    });
}

fn asked(contract: &Contract, address: &SocketAddr) {
    let mut target = load::target_from_url(&format!("http://{address}"), contract).expect("a target");
    // Nobody waits here for a server that asks for it.
    target.links.values_mut().chain([&mut target.usual.1]).for_each(|link| link.patience = Duration::ZERO);
    let selection = Selection { only: vec![Pattern::new("wire")], skip: Vec::new() };
    let plan = plan(contract, Some(&target), &selection).expect("a plan");
    let settings = Settings {
        jobs: probity::run::Jobs::Fixed(2),
        timeout: Some(Duration::from_millis(400)),
        exchanges: true,
        snapshots: Some(Arc::new(Store::gathering())),
        ..Settings::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut events = Vec::new();
    let never = AtomicBool::new(false);
    let summary = runtime.block_on(run(contract, &plan, &target, &settings, &never, &mut |event| events.push(event)));
    let counts = summary.expect("a run").total();
    assert_eq!(counts.total(), plan.reported().count(), "a trial got lost");
    for event in &events {
        let Event::Finished(result) = event else { continue };
        let bug = result.notes.iter().find(|note| note.starts_with("this is a bug in Probity"));
        assert_eq!(bug, None);
    }
    for (format, report) in reports(&events) {
        let text = String::from_utf8(report).expect("reports are UTF-8");
        assert!(!text.contains(SECRET), "{format} shows a secret: {text}");
        assert!(!text.contains('\u{1b}') && !text.contains('\0'), "{format} shows a control character");
    }
}

/// The events in every format.
fn reports(events: &[Event]) -> Vec<(&'static str, Vec<u8>)> {
    let mut written = Vec::new();
    for format in Format::ALL {
        let mut bytes = Vec::new();
        let mut reporter = format.reporter(&mut bytes);
        // There is no badge of a run that isn't whole.
        let done = events.iter().all(|event| reporter.event(event).is_ok());
        drop(reporter);
        assert!(done || format.needs_everything(), "{} can't be written", format.slug());
        written.push((format.slug(), bytes));
    }
    for width in [40, 120] {
        let mut bytes = Vec::new();
        let mut terminal = Terminal::new(&mut bytes, Style { colour: false, width }, &[], true);
        for event in events {
            probity::report::Reporter::event(&mut terminal, event).expect("written");
        }
        drop(terminal);
        written.push(("terminal", bytes));
    }
    written
}

/// A server that says the same to everybody, and hangs up.
struct Rude {
    address: SocketAddr,
    says: Arc<Mutex<Vec<u8>>>,
}

impl Rude {
    fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let says: Arc<Mutex<Vec<u8>>> = Arc::default();
        let server = Self { address, says: Arc::clone(&says) };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let bytes = says.lock().expect("no panic").clone();
                thread::spawn(move || Self::answer(stream, &bytes));
            }
        });
        server
    }

    fn answer(mut stream: TcpStream, bytes: &[u8]) -> Option<()> {
        stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
        let mut request: Vec<u8> = Vec::new();
        let mut piece = [0; 4096];
        while !request.windows(4).any(|window| window == b"\r\n\r\n") {
            let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
            request.extend(&piece[..length]);
        }
        stream.write_all(bytes).ok()
    }
}

/// Secrets, parted by tabs, and on the next lines a text that may show them.
pub fn secrets(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (secrets, text) = text.split_once('\n').unwrap_or((&text, ""));
    // What is part of the mask itself can't be masked.
    let odd = |secret: &&str| {
        secret.len() < 4096 && !secret.contains(['[', ']', '…']) && !MASK.contains(&secret.to_ascii_lowercase())
    };
    let secrets = Secrets::new(secrets.split('\t').filter(odd).map(str::to_owned));
    let masked = secrets.mask(text);
    assert!(!secrets.shows_in(&masked), "{masked:?}");
    assert_eq!(secrets.mask(&masked), masked);
    for limit in [0, 1, 7, 40, text.len() / 2] {
        let beginning = secrets.mask_beginning(text, limit);
        assert!(!secrets.shows_in(&beginning), "{limit}: {beginning:?}");
    }
}

/// A stored report, said again in every format; what is written of it is read and written as the same.
pub fn report(input: &[u8]) {
    let Some(events) = events(input) else { return };
    let json = |events: &[Event]| reports(events).into_iter().find(|(format, _)| *format == "json").expect("one").1;
    let once = json(&events);
    let again = self::events(&once)
        .unwrap_or_else(|| panic!("a report can't be read that was written: {}", String::from_utf8_lossy(&once)));
    assert_eq!(String::from_utf8_lossy(&json(&again)), String::from_utf8_lossy(&once));
}

fn events(report: &[u8]) -> Option<Vec<Event>> {
    let stored =
        Stored::read(|| Ok(Cursor::new(report))).map_err(|error| assert!(!error.to_string().is_empty())).ok()?;
    let mut events = Vec::new();
    stored
        .replay(&mut |event| {
            events.push(event);
            true
        })
        .ok()?;
    stored.lost().is_none().then_some(events)
}

/// A stored proof.
pub fn proof(input: &[u8]) {
    let Ok(proof) = Proved::read(input) else { return };
    let mut once = Vec::new();
    proof.write(&mut once).expect("written");
    let mut again = Vec::new();
    Proved::read(once.as_slice()).expect("a proof").write(&mut again).expect("written");
    assert_eq!(once, again);
    let mut page = Vec::new();
    Format::Html.write_proof(&proof, &mut page).expect("written");
    let _ = probity::report::proof::text(&proof, None, Style { colour: false, width: 80 }, true);
}

/// Another description of an API: what is made of it loads.
pub fn document(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    match from_document("fuzzed.yaml", text.to_owned(), None) {
        Ok(imported) => loads(&imported),
        Err(diagnostics) => shown(&diagnostics),
    }
}

/// A command of curl: what is made of it loads.
pub fn curl(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    match from_curl(text, None) {
        Ok(imported) => loads(&imported),
        Err(diagnostics) => shown(&diagnostics),
    }
}

fn loads(imported: &Imported) {
    for file in &imported.files {
        assert!(is_below(&file.path) || file.path == ".gitignore", "{} is no ordinary path", file.path);
    }
    let folder = folder(imported.files.iter().map(|file| (file.path.as_str(), file.text.as_bytes())));
    match load::contract(&Origin::Folder(folder.path().to_owned())) {
        Ok(contract) => drop(plan(&contract, None, &Selection::default()).expect("a plan")),
        Err(diagnostics) => panic!("{}", render_all(&diagnostics, Style { colour: false, width: 120 })),
    }
}

/// An accepted answer, and on the lines after the mark one that awaits a review.
pub fn snapshot(input: &[u8]) {
    let mark = input.windows(FOLDED.len()).position(|window| window == FOLDED.as_bytes());
    let (accepted, pending) = input.split_at(mark.unwrap_or(input.len()));
    let pending = pending.get(FOLDED.len()..).unwrap_or_default();
    let mut files = vec![("a/b.snap", accepted)];
    files.extend(mark.map(|_| ("a/b.snap.new", pending)));
    let folder = folder(files);
    if let Err(diagnostics) = Store::open(folder.path(), Mode::Check) {
        shown(&diagnostics);
    }
    let waiting = match review::pending(folder.path()) {
        Ok(waiting) => waiting,
        Err(diagnostics) => return shown(&diagnostics),
    };
    for one in waiting {
        // A head that isn't what it should be is refused, and then nothing has changed.
        match one.accept() {
            Ok(()) => {
                Store::open(folder.path(), Mode::Check).expect("an accepted answer can be read");
                assert!(review::pending(folder.path()).expect("a folder").is_empty());
            }
            Err(_) => assert_eq!(fs::read(folder.path().join("a/b.snap.new")).expect("a file"), pending),
        }
    }
}
