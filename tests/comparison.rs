//! Servers beside each other: `probity diff` and `probity matrix`.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod kiosk;
    pub(crate) mod server;
    pub(crate) mod yaml;
}

use std::fs;
use std::path::Path;

use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

use support::binary::probity;
use support::folder::folder;
use support::kiosk::{contract_in, kiosk, serve};
use support::server::Server;

fn masked(text: &str) -> String {
    [(r"127\.0\.0\.1:\d+", "[HOST]"), (r"sha256:[0-9a-f]{64}", "[DIGEST]")]
        .iter()
        .fold(text.to_owned(), |text, (pattern, mask)| {
            Regex::new(pattern).expect("a pattern").replace_all(&text, *mask).into_owned()
        })
}

/// A folder with the contract, and reports of two kiosks that differ: `one.json` and `other.json`.
fn reports() -> (TempDir, [Server; 2]) {
    let folder = folder([]);
    let contract = contract_in(folder.path());
    let servers = [kiosk(), serve("dear", "green")];
    for (server, name) in servers.iter().zip(["one", "other"]) {
        let url = server.url();
        let report = format!("json={name}.json");
        let outcome = probity(folder.path(), &["run", contract, "--target", &url, "--report", &report]);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
    }
    (folder, servers)
}

#[test]
fn two_servers_part_trial_by_trial() {
    let (folder, servers) = reports();
    let [url, other] = servers.each_ref().map(Server::url);
    let asked = servers.each_ref().map(Server::requests);
    let outcome = probity(folder.path(), &["diff", "one.json", "other.json"]);
    assert_eq!(servers.each_ref().map(Server::requests), asked, "stored reports need no server");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    insta::assert_snapshot!("diff", masked(&outcome.stdout));
    // Whether they are run now or were run before.
    for (a, b) in [(url.as_str(), other.as_str()), ("one.json", &other), (&url, "other.json")] {
        let again = probity(folder.path(), &["diff", a, b, "kiosk"]);
        assert_eq!(masked(&again.stdout), masked(&outcome.stdout), "{a} {b}: {}", again.stderr);
    }
    for (a, b) in [("one.json", "one.json"), (&url, &url), ("one.json", &url)] {
        let same = probity(folder.path(), &["diff", a, b, "kiosk"]);
        assert_eq!(same.code, Some(0), "{a} {b}: {}{}", same.stdout, same.stderr);
        assert!(same.stdout.contains("SAME  11 trials the same"), "{}", same.stdout);
    }
}

#[test]
fn what_many_trials_have_is_told_once() {
    let (folder, _) = reports();
    let told = |more: &[&str]| probity(folder.path(), &[&["diff", "one.json", "other.json"], more].concat()).stdout;
    let (short, whole) = (told(&[]), told(&["--verbose"]));
    assert_eq!((short.matches("~ x-colour").count(), whole.matches("~ x-colour").count()), (1, 10), "{short}\n{whole}");
    assert_eq!((short.matches("~ /note").count(), whole.matches("~ /note").count()), (1, 1));
    for text in [&short, &whole] {
        assert!(text.contains("goods/colour  violates → conforms"), "{text}");
        assert!(text.ends_with("10 part: 1 by verdict · 2 by findings · 10 by answers\n"), "{text}");
    }
}

#[test]
fn how_deep_answers_are_compared_is_chosen() {
    let (folder, _) = reports();
    let different = |depth: &str| -> Vec<(String, usize)> {
        let outcome = probity(folder.path(), &["diff", "one.json", "other.json", "--json", "--answers", depth]);
        assert_eq!(outcome.code, Some(1));
        let json: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
        assert_eq!(json["format"], "probity-diff/1");
        assert_eq!(json["different"].as_u64(), json["trials"].as_array().map(|trials| trials.len() as u64));
        let trials = json["trials"].as_array().expect("trials").iter();
        trials
            .map(|one| (one["id"].as_str().expect("an id").to_owned(), one["answers"].as_array().map_or(0, Vec::len)))
            .collect()
    };
    let colour = ("goods/colour".to_owned(), 0);
    // The note differs by its value alone, and breaks the contract in one of them.
    assert_eq!(different("off"), [("goods/price/tea".to_owned(), 0), colour.clone()]);
    assert_eq!(different("structure"), different("off"));
    assert!(different("values").len() > 2 && different("values").iter().all(|(_, answers)| *answers == 1));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let (folder, [server, _]) = reports();
    let url = server.url();
    let requirements = folder.path().join("kiosk/requirements.yaml");
    let text = fs::read_to_string(&requirements).expect("a file");
    fs::write(&requirements, text.replace("the awning is green", "the awning is blue")).expect("a file");
    fs::write(folder.path().join("half.json"), "{\"format\": \"probity-report/1\", ").expect("a file");
    let report = ["run", "kiosk", "--target", &url, "--report", "json=blue.json"];
    assert_eq!(probity(folder.path(), &report).code, Some(1));
    for (arguments, said) in [
        (&["diff", "one.json", "blue.json"][..], "were judged by different contracts"),
        (&["diff", "one.json", &url, "kiosk"], "were judged by different contracts"),
        (&["diff", "one.json", "nowhere.json"], "there is no file nowhere.json, and it is no URL"),
        (&["diff", "one.json", "half.json"], "half.json is cut short at line 1"),
        (&["diff", "one.json"], "required arguments were not provided"),
        (&["diff", "one.json", "http://"], "http://"),
        (&["matrix", "one.json", "blue.json"], "these reports are of different contracts"),
        (&["matrix", "half.json"], "half.json is cut short at line 1"),
        (&["matrix"], "required arguments were not provided"),
        (&["matrix", "one.json", "--to", "htm=a"], "did you mean `html`?"),
        (&["matrix", "one.json", "--to", "html=a", "--to", "markdown=a"], "two reports can't both be written to a"),
    ] {
        let outcome = probity(folder.path(), arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(outcome.stderr.contains(said), "{arguments:?}: {}", outcome.stderr);
    }
    let across = probity(folder.path(), &["diff", "one.json", "blue.json", "--across-contracts"]);
    assert_eq!(across.code, Some(0), "{}{}", across.stdout, across.stderr);
}

#[test]
fn servers_that_both_say_nothing_are_not_the_same() {
    let folder = folder([]);
    let contract = contract_in(folder.path());
    let nobody = "http://127.0.0.1:9";
    let outcome = probity(folder.path(), &["diff", nobody, nobody, contract]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(outcome.stdout.contains("at least one of the runs judged nothing"), "{}", outcome.stdout);
}

#[test]
fn many_servers_stand_in_one_table() {
    let (folder, [server, _]) = reports();
    let url = server.url();
    let name = "<script>alert(1)</script> | `x`";
    let target = format!("target: \"{name}\"\nversion: \"1 & 2\"\nurl: {url}\n");
    fs::write(folder.path().join("target.yaml"), target).expect("a file");
    let partial = ["run", "kiosk", "--target", "target.yaml", "--only", "goods", "--report", "json=partial.json"];
    assert_eq!(probity(folder.path(), &partial).code, Some(1));
    let reports = ["matrix", "one.json", "other.json", "partial.json", "one.json"];
    let outcome = probity(folder.path(), &reports);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("matrix", masked(&outcome.stdout));
    let to = [&reports[..], &["--to", "html=all.html", "--to", "markdown=all.md"]].concat();
    assert_eq!(probity(folder.path(), &to).stdout, "");
    let read = |name: &str| fs::read_to_string(Path::new(folder.path()).join(name)).expect("a page");
    assert_eq!(read("all.md"), outcome.stdout);
    let page = read("all.html");
    assert!(!page.contains("<script") && !page.contains("http:") || page.contains("&lt;script&gt;"), "{page}");
    assert!(!page.contains("<script"), "{page}");
    for piece in ["partial: ", "KIOSK-COLOUR", "✗ violated", "&lt;script&gt;alert(1)", "1 &amp; 2", "#2"] {
        assert!(page.contains(piece), "{piece}: {page}");
    }
}
