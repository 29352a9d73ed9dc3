//! insta's own tool works on the same files, and leaves the same behind.
//!
//! Needs `cargo-insta`, which `./check` installs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::shop::{POT, Shop};
use crate::support::terminal::typed;

const CHANGED: &str = "200 OK\r\ncontent-type: application/json\r\nx-trace: 77\r\nx-kind: cup";

/// A shop with one answer that was accepted and is another one now, and one that is new, inside of a Cargo package:
/// nowhere else does insta's tool look.
fn shop() -> Shop {
    let shop = Shop::open();
    assert_eq!(shop.run(&["--only", "tea/pot", "--snapshots", "accept"]).code, Some(3));
    shop.serves("/pot", CHANGED, POT.replace("\"size\": 3", "\"size\": 4").replace("good", "bad"));
    assert_eq!(shop.run(&[]).code, Some(1));
    assert_eq!(shop.names(), ["leaf.snap.new", "pot.snap", "pot.snap.new"]);
    let package = "[package]\nname = \"tea\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    fs::write(shop.path("Cargo.toml"), package).expect("a file can be written");
    fs::create_dir(shop.path("src")).expect("a folder can be made");
    fs::write(shop.path("src/lib.rs"), "").expect("a file can be written");
    shop
}

/// A way of deciding on everything that awaits a review.
type Review<'r> = &'r dyn Fn(&Shop);

fn insta(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.arg("insta").args(arguments).current_dir(folder).stdin(Stdio::null()).env_remove("CI");
    command
}

/// Its standard output.
#[track_caller]
fn run_insta(folder: &Path, arguments: &[&str]) -> String {
    let output = insta(folder, arguments).output().expect("cargo starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo insta {arguments:?}; `./check` installs it\n{complaint}");
    String::from_utf8(output.stdout).expect("a text")
}

#[test]
fn both_tools_leave_the_same_files() {
    let pot = |shop: &Shop| shop.path("accepted/tea/pot.snap").display().to_string();
    let manners: [(&str, Review<'_>, Review<'_>); 4] = [
        ("all accepted", &|shop| assert_eq!(shop.review(&["--accept", "**"]).code, Some(0)), &|shop| {
            drop(run_insta(shop.folder.path(), &["accept"]));
        }),
        ("all rejected", &|shop| assert_eq!(shop.review(&["--reject", "**"]).code, Some(0)), &|shop| {
            drop(run_insta(shop.folder.path(), &["reject"]));
        }),
        ("one accepted", &|shop| assert_eq!(shop.review(&["--accept", "tea/pot"]).code, Some(1)), &|shop| {
            drop(run_insta(shop.folder.path(), &["accept", "--snapshot", &pot(shop)]));
        }),
        (
            "the new one accepted and the changed one rejected by keys",
            &|shop| {
                let reviewed =
                    typed(&mut shop.command(&["review", ".", "--target", "target.yaml"]), "q quit", "ra", 80);
                assert_eq!(reviewed.code, Some(0), "{}", reviewed.text);
            },
            &|shop| {
                let reviewed = typed(&mut insta(shop.folder.path(), &["review"]), "skip", "ar", 80);
                assert_eq!(reviewed.code, Some(0), "{}", reviewed.text);
            },
        ),
    ];
    for (manner, ours, theirs) in manners {
        let files: [BTreeMap<String, String>; 2] = [ours, theirs].map(|review| {
            let shop = shop();
            review(&shop);
            shop.files()
        });
        assert_eq!(files[0], files[1], "{manner}");
    }
}

#[test]
fn instas_tool_finds_what_awaits_a_review() {
    let shop = shop();
    let listed = run_insta(shop.folder.path(), &["pending-snapshots", "--as-json"]);
    let mut found: Vec<String> = listed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON")["path"].to_string())
        .collect();
    found.sort();
    assert_eq!(found.len(), 2, "{listed}");
    assert!(found[0].ends_with("accepted/tea/leaf.snap\"") && found[1].ends_with("accepted/tea/pot.snap\""));
    // What it shows names the place in the suite and the clauses.
    let shown = typed(&mut insta(shop.folder.path(), &["review"]), "skip", "ss", 100).text;
    for said in ["suites/tea.yaml:8", "tea/pot", "TEA-POT", "\"size\": 4"] {
        assert!(shown.contains(said), "{said}\n{shown}");
    }
}
