//! The pages that are written, opened in a real Chromium and used as people use them.
//!
//! What is done there stands in `browser/scenarios.mjs`; `./check` installs the browser and what drives it.

mod support {
    pub(crate) mod binary;
    pub(crate) mod diary;
    pub(crate) mod folder;
    pub(crate) mod served;
    pub(crate) mod server;
}

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use support::binary::{command, probity};
use support::diary::diary;
use support::folder::folder;
use support::served::serve;

/// One browser at a time: together they would be slow, and two of their pages are compared by time.
static ALONE: Mutex<()> = Mutex::new(());

/// A run and its two reports.
struct Reported {
    folder: TempDir,
    json: Value,
}

impl Reported {
    fn of(target: Option<&str>, code: i32) -> Self {
        let folder = folder([]);
        let target = target.map(|url| ["--target", url]);
        let reports = ["run", "--report", "json=report.json", "--report", "html=report.html"];
        let arguments: Vec<&str> = reports.into_iter().chain(target.into_iter().flatten()).collect();
        let outcome = probity(folder.path(), &arguments);
        assert_eq!(outcome.code, Some(code), "{}{}", outcome.stdout, outcome.stderr);
        let json = fs::read_to_string(folder.path().join("report.json")).expect("a report");
        Self { json: serde_json::from_str(&json).expect("JSON"), folder }
    }

    fn page(&self) -> PathBuf {
        self.folder.path().join("report.html")
    }

    fn trials(&self) -> &[Value] {
        self.json["trials"].as_array().expect("a list")
    }

    fn clauses(&self) -> usize {
        self.json["requirements"].as_array().expect("a list").len()
    }

    /// How many trials are so.
    fn count(&self, wanted: impl Fn(&Value) -> bool) -> usize {
        self.trials().iter().filter(|trial| wanted(trial)).count()
    }

    /// A cell of a matrix that violates something at a place of its body.
    fn cell(&self) -> &Value {
        let pointed = |trial: &&Value| {
            let pointer = trial["findings"][0]["pointer"].as_str().unwrap_or_default();
            trial["cell"].is_object() && trial["verdict"] == "violates" && !pointer.is_empty()
        };
        self.trials().iter().find(pointed).expect("a cell that violates")
    }
}

static CONFORMING: LazyLock<Reported> = LazyLock::new(|| Reported::of(None, 0));

static VIOLATING: LazyLock<Reported> = LazyLock::new(|| {
    let defects = ["people-answers-without-token", "presence-shows-blocked-to-friends", "people-removes-favorites-too"];
    let arguments: Vec<&str> = defects.iter().flat_map(|defect| ["--defect", defect]).collect();
    let (_served, url) = serve(&arguments);
    Reported::of(Some(&url), 1)
});

/// Plays a scenario with what it needs to know.
#[track_caller]
fn play(scenario: &str, knowledge: &Value) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/drive.mjs");
    let mut node = Command::new("node");
    let played = node.arg(driver).arg(scenario).arg(knowledge.to_string()).output();
    let played = played.expect("Node.js drives the browser: ./check installs what is missing");
    let [said, wrong] = [&played.stdout, &played.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(played.status.success(), "{scenario}: ./check installs what is missing\n{said}{wrong}");
}

/// Whether a trial has to do with a clause.
fn concerns(trial: &Value, clause: &str) -> bool {
    let listed = |member: &str| trial[member].as_array().is_some_and(|ids| ids.iter().any(|id| id == clause));
    let found = trial["findings"].as_array().is_some_and(|all| all.iter().any(|one| one["requirement"] == clause));
    listed("requirements") || listed("invariants") || found
}

/// Where pictures of the pages are left to be looked at.
fn shots() -> PathBuf {
    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    fs::create_dir_all(&shots).expect("a folder");
    shots
}

/// The answers of a server with defects, where those of one without were accepted.
fn review() -> (TempDir, PathBuf) {
    let folder = folder([]);
    let run = |arguments: &[&str], mode: &str| {
        let (_served, url) = serve(arguments);
        let outcome = probity(
            folder.path(),
            &["run", "--target", &url, "--snapshots", mode, "--only", "presence/trees", "--only", "presence/levels"],
        );
        assert!(matches!(outcome.code, Some(1 | 3)), "{outcome:?}");
    };
    run(&[], "accept");
    // One was never accepted.
    fs::remove_file(folder.path().join("snapshots/presence/levels/user__ann.snap")).expect("it was accepted");
    run(&["--defect", "presence-titles-have-no-time"], "new");
    let outcome = probity(folder.path(), &["review", "--html", "review.html"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let page = folder.path().join("review.html");
    (folder, page)
}

/// A proof of the contract of the diary, and its page.
fn proof(contract: &Path) -> (TempDir, Value) {
    let folder = folder([]);
    let server = diary();
    let contract = contract.display().to_string();
    let url = server.url();
    let arguments = ["prove", &contract, "--target", &url];
    let outcome = probity(
        folder.path(),
        &[&arguments[..], &["--report", "json=proof.json", "--report", "html=proof.html"]].concat(),
    );
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(server.requests() > 0, "the answers are its own");
    let json = fs::read_to_string(folder.path().join("proof.json")).expect("a proof");
    (folder, serde_json::from_str(&json).expect("JSON"))
}

#[test]
fn a_proof_is_a_page_with_its_kill_matrix() {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contracts/diary");
    // A second suite, so that there is something to filter.
    let copy = folder([]);
    copy_folder(&contract, copy.path());
    fs::write(
        copy.path().join("suites/covers.yaml"),
        "suite: covers\nservice: diary\ncases:\n  - {case: blue, requirements: [DIARY-COVER], request: GET /cover, expect: \
         {status: 200, body: [{at: $.colour, equals: blue}]}}\n",
    )
    .expect("written");
    let (folder, proof) = proof(copy.path());
    let page = folder.path().join("proof.html");
    let clauses = proof["requirements"].as_array().expect("a list");
    let cover = clauses.iter().find(|clause| clause["id"] == "DIARY-COVER").expect("a clause");
    let cell = cover["operators"].as_array().expect("a list").iter().find(|cell| cell["operator"] == "drop-member");
    let of = |suite: &str| {
        let concerned =
            |clause: &&Value| clause["suites"].as_array().expect("a list").iter().any(|one| one["suite"] == suite);
        clauses.iter().filter(concerned).count()
    };
    play(
        "proves",
        &json!({
            "file": page, "rows": clauses.len(), "columns": proof["operators"].as_array().expect("a list").len(),
            "clause": "DIARY-COVER", "operator": "drop-member", "survived": cell.expect("a cell")["survived"],
            "suite": "entries", "blind": of("entries"), "other": "covers", "inOther": of("covers"),
        }),
    );
    let hashes = ["", "#/at=kills", "#/at=unnoticed&cell=DIARY-COVER+drop-member"];
    play("accessible", &json!({"file": page, "hashes": hashes}));
    let title = "diary 0.1.0 is weak";
    play("fits", &json!({"file": page, "name": "proof", "title": title, "shots": shots(), "hashes": hashes}));

    // The ways of altering are words, though they stand as ids.
    let mut hostile = hostile(&proof, "");
    hostile["operators"] = proof["operators"].clone();
    fs::write(folder.path().join("hostile.json"), hostile.to_string()).expect("written");
    let outcome = probity(folder.path(), &["report", "hostile.json", "--to", "html=hostile.html"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let needle = "</script></style>--><script>globalThis.owned=1</script>";
    play("proofSays", &json!({"file": folder.path().join("hostile.html"), "needle": needle}));
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let (entry, to) = (entry.expect("an entry"), to.to_owned());
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&to).expect("a folder");
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

#[test]
fn the_shipped_contract_is_proved_on_a_page() {
    let folder = folder([]);
    let outcome = probity(folder.path(), &["prove", "--report", "html=proof.html"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let page = folder.path().join("proof.html");
    play("fits", &json!({"file": page, "name": "shipped-proof", "title": "is proven", "shots": shots()}));
}

#[test]
fn answers_are_reviewed_on_a_page() {
    let (folder, page) = review();
    let listed = probity(folder.path(), &["review", "--json"]);
    let pending: Value = serde_json::from_str(&listed.stdout).expect("JSON");
    let pending = pending.as_array().expect("a list");
    let breaking = pending.iter().filter(|one| one["class"] == "breaks the contract").count();
    play("reviews", &json!({"file": page, "answers": pending.len(), "breaking": breaking}));
    play("accessible", &json!({"file": page, "hashes": ["", "#class=breaks%20the%20contract"]}));
    play("fits", &json!({"file": page, "name": "review", "title": "to review", "shots": shots()}));
}

#[test]
fn many_servers_stand_on_a_page() {
    let folder = folder([]);
    for (name, report) in [("good.json", &CONFORMING), ("bad.json", &VIOLATING)] {
        fs::copy(report.folder.path().join("report.json"), folder.path().join(name)).expect("a copy");
    }
    let reports = ["matrix", "good.json", "bad.json", "bad.json", "good.json", "--to", "html=servers.html"];
    let outcome = probity(folder.path(), &reports);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let page = folder.path().join("servers.html");
    play("accessible", &json!({"file": page}));
    play("fits", &json!({"file": page, "name": "servers", "title": "4 servers", "shots": shots()}));
}

#[test]
fn a_page_says_what_the_run_came_to() {
    let shots = shots();
    for (report, verdict) in [(&CONFORMING, "conforms"), (&VIOLATING, "violates")] {
        play(
            "reads",
            &json!({
                "file": report.page(), "trials": report.trials().len(), "clauses": report.clauses(),
                "verdict": verdict, "shots": shots,
            }),
        );
    }
}

#[test]
fn what_is_filtered_stands_in_the_address() {
    let (report, clause, word) = (&VIOLATING, "PEOPLE-XUID-REQUIRED", "mismatch/by-gamertag");
    let holds = |trial: &Value, word: &str| trial["id"].as_str().is_some_and(|id| id.contains(word));
    play(
        "filters",
        &json!({
            "file": report.page(), "trials": report.trials().len(),
            "violating": report.count(|trial| trial["verdict"] == "violates"),
            "suite": "profile/settings", "inSuite": report.count(|trial| trial["suite"] == "profile/settings"),
            "clause": clause, "ofClause": report.count(|trial| concerns(trial, clause)),
            "word": word, "withWord": report.count(|trial| holds(trial, word)),
        }),
    );
}

#[test]
fn a_cell_opens_its_exchange() {
    let cell = VIOLATING.cell();
    play("cells", &json!({"file": VIOLATING.page(), "cell": cell["id"], "pointer": true}));
}

#[test]
fn all_of_it_can_be_done_by_keys() {
    play("keyboard", &json!({"file": VIOLATING.page(), "cell": VIOLATING.cell()["id"]}));
}

#[test]
fn commands_can_be_copied() {
    let cell = VIOLATING.cell();
    play(
        "copies",
        &json!({"file": VIOLATING.page(), "trial": cell["id"], "rerun": cell["rerun"], "curl": cell["curl"]}),
    );
}

#[test]
fn nobody_is_kept_out() {
    for report in [&CONFORMING, &VIOLATING] {
        let trial = report.trials().iter().find(|trial| trial["cell"].is_object()).expect("a cell");
        let trial = if report.json["verdict"] == "violates" { report.cell() } else { trial };
        let dialog = format!("#/trial={}", trial["id"].as_str().expect("an id"));
        play("accessible", &json!({"file": report.page(), "hashes": ["", dialog]}));
    }
}

#[test]
fn ten_times_as_many_trials_open_in_less_than_ten_times_the_time() {
    let folder = folder([]);
    let page = |count: usize| {
        let mut report = VIOLATING.json.clone();
        let again = |round: usize| {
            VIOLATING.trials().iter().map(move |trial| {
                let mut trial = trial.clone();
                trial["id"] = format!("{}-{round}", trial["id"].as_str().expect("an id")).into();
                trial
            })
        };
        let trials: Vec<Value> = (0..).flat_map(again).take(count).collect();
        let id = trials[count * 9 / 10]["id"].clone();
        report["plan"]["trials"] = trials.len().into();
        report["trials"] = trials.into();
        fs::write(folder.path().join("many.json"), report.to_string()).expect("written");
        let to = format!("html={count}.html");
        let outcome = probity(folder.path(), &["report", "many.json", "--to", &to]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        json!({"file": folder.path().join(format!("{count}.html")), "trials": count, "id": id})
    };
    play("many", &json!({"few": page(1_000), "many": page(10_000)}));
}

/// What ends scripts, styles, comments and attributes, what templates would run, and what hides.
const HOSTILE: &str = "</script></style>--><script>globalThis.owned=1</script><img src=x onerror=globalThis.owned=1>\
                       \"'`{{globalThis.owned=1}}${globalThis.owned=1}<!--<script>\u{202e}\u{200b}\u{0}\u{8}\u{2028}]]>&lt;";

/// Words that mean something to whoever reads a report back.
const WORDS: [&str; 10] =
    ["format", "verdict", "level", "state", "shown", "ending", "part", "operator", "rule", "digest"];

/// The value with something hostile at the end of every text and every name that isn't a word of the format.
fn hostile(value: &Value, name: &str) -> Value {
    match value {
        Value::String(text) if !WORDS.contains(&name) => format!("{text}{HOSTILE}").into(),
        Value::Array(items) => items.iter().map(|item| hostile(item, name)).collect(),
        Value::Object(members) => {
            let free = ["services", "cell"].contains(&name);
            let named = |key: &String| if free && key != "sees" { format!("{key}{HOSTILE}") } else { key.clone() };
            members.iter().map(|(key, value)| (named(key), hostile(value, key))).collect()
        }
        other => other.clone(),
    }
}

#[test]
fn what_a_server_says_is_text() {
    let folder = folder([]);
    let mut report = VIOLATING.json.clone();
    let cases: BTreeSet<&str> = VIOLATING.trials().iter().filter_map(|trial| trial["case"].as_str()).collect();
    assert!(cases.len() > 20, "{cases:?}");
    // Some of each kind: of a matrix or not, with findings or without.
    let few: Vec<Value> = [("violates", true), ("violates", false), ("conforms", true), ("conforms", false)]
        .into_iter()
        .flat_map(|(verdict, cell)| {
            let alike = move |trial: &&Value| trial["verdict"] == verdict && trial["cell"].is_object() == cell;
            VIOLATING.trials().iter().filter(alike).take(4).cloned()
        })
        .collect();
    let count = few.len();
    report["plan"]["trials"] = count.into();
    report["trials"] = few.into();
    let report = hostile(&report, "");
    fs::write(folder.path().join("hostile.json"), report.to_string()).expect("written");
    let outcome = probity(folder.path(), &["report", "hostile.json", "--to", "html=hostile.html"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let needle = "</script></style>--><script>globalThis.owned=1</script>";
    play("hostile", &json!({"file": folder.path().join("hostile.html"), "needle": needle, "trials": count}));
}

#[test]
fn a_page_that_was_cut_short_says_so() {
    let folder = folder([]);
    let page = fs::read_to_string(VIOLATING.page()).expect("a page");
    let at = |mark: &str| page.find(mark).unwrap_or_else(|| panic!("no {mark}"));
    let run = at("class=\"run\">");
    let places = [
        ("run", run + 100, 0),
        ("first", at("class=\"trials\">") + 300, 0),
        ("middle", page.floor_char_boundary(page.len() / 2), 100),
        ("end", at("class=\"end\">") + 40, VIOLATING.trials().len()),
    ];
    let mut files = Vec::new();
    for (name, place, least) in places {
        let file = folder.path().join(format!("{name}.html"));
        fs::write(&file, &page[..place]).expect("written");
        files.push(json!({"file": file, "least": least}));
    }
    let killed = folder.path().join("killed.html");
    let arguments = ["run", "--jobs", "1", "--report", "html=killed.html"];
    let mut child = command(folder.path(), &arguments).spawn().expect("the binary starts");
    let begun = Instant::now();
    while fs::metadata(&killed).map_or(0, |file| file.len()) < 500_000 {
        assert!(begun.elapsed() < Duration::from_secs(30), "a page is written while the run goes on");
        thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("it still runs");
    let status = child.wait().expect("an end");
    assert_eq!(status.code(), None, "it was over before it could be killed");
    files.push(json!({"file": killed, "least": 1}));
    play("cut", &json!({ "files": files }));
}

#[test]
fn a_page_can_be_printed() {
    play("prints", &json!({"file": CONFORMING.page(), "clauses": CONFORMING.clauses()}));
}

#[test]
fn what_is_waived_stands_apart() {
    let (_served, url) = serve(&["--defect", "presence-shows-blocked-to-friends"]);
    let folder = folder([]);
    let run = |more: &[&str]| probity(folder.path(), &[&["run", "--target", &url][..], more].concat());
    assert_eq!(run(&["--report", "json=first.json"]).code, Some(1));
    let read = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(folder.path().join(name)).expect("a report")).expect("JSON")
    };
    let known = |trials: &Value, finding: &Value, covers: &Value| {
        let ours = "reason: the blue bridge is closed, owner: us, expires: 9999-12-31";
        format!("- {{trials: {trials}, finding: {finding}, covers: {covers}, {ours}}}\n")
    };
    let first = read("first.json");
    let proposals = first["proposals"].as_array().expect("proposals").iter();
    let entries = proposals.map(|one| known(&one["trials"], &one["finding"], &one["covers"])).collect::<String>();
    let gone = first["trials"].as_array().expect("trials").iter().find(|trial| trial["verdict"] == "conforms");
    let gone = &gone.expect("a trial that conforms")["id"];
    let stale = known(gone, &json!("0a1b2c3d"), &json!(1));
    fs::write(folder.path().join("known.yaml"), format!("waivers:\n{entries}{stale}")).expect("a file");
    let outcome = run(&["--waivers", "known.yaml", "--report", "json=report.json", "--report", "html=report.html"]);
    assert_eq!(outcome.code, Some(4), "{}{}", outcome.stdout, outcome.stderr);
    let json = read("report.json");
    let waived = |trial: &&Value| trial["waiver"].is_object() && trial["cell"].is_object();
    let cells: Vec<&Value> = json["trials"].as_array().expect("trials").iter().filter(waived).collect();
    let shown = cells.first().expect("a cell that is waived");
    play(
        "waived",
        &json!({
            "file": folder.path().join("report.html"),
            "trial": shown["id"],
            "trials": cells.len(),
            "reason": "the blue bridge is closed",
            "stale": format!("{} conforms; remove the entry", gone.as_str().expect("an id")),
        }),
    );
}
