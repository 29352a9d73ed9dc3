//! Answers that were accepted, and others that come later: from the first run to the review, through the binary.

mod cargo_insta;
mod keys;
mod killed;
mod large;
mod shop;
mod stabilised;
#[path = "../support"]
mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
    pub(crate) mod server;
    pub(crate) mod terminal;
}

use std::fs;
use std::path::Path;

use serde_json::Value;

use shop::{POT, Shop};
use support::binary::{command, finish, probity};

#[test]
fn an_answer_is_proposed_accepted_compared_and_reviewed() {
    let shop = Shop::open();
    // What nobody accepted is no pass, and where nothing may be written nothing is.
    let first = shop.run(&["--snapshots", "check"]);
    assert_eq!((first.code, shop.names().len()), (Some(1), 0), "{first:#?}");
    let in_ci = finish(command(shop.folder.path(), &["run", ".", "--target", "target.yaml"]).env("CI", "true"));
    assert_eq!((in_ci.code, shop.names().len()), (Some(1), 0), "{in_ci:#?}");
    let accepting = ["run", ".", "--target", "target.yaml", "--snapshots", "accept"];
    let refused = finish(command(shop.folder.path(), &accepting).env("CI", "true"));
    assert_eq!((refused.code, shop.names().len()), (Some(2), 0), "{refused:#?}");
    let proposed = shop.run(&[]);
    assert_eq!(proposed.code, Some(1));
    assert_eq!(shop.names(), ["leaf.snap.new", "pot.snap.new"]);
    let listed = shop.review(&[]);
    assert_eq!(listed.code, Some(1));
    insta::assert_snapshot!("new", listed.stdout);
    let accepted = shop.review(&["--accept", "tea/pot", "--accept", "tea/leaf"]);
    assert_eq!((accepted.code, accepted.stdout.lines().count()), (Some(0), 2), "{accepted:#?}");
    assert_eq!(shop.names(), ["leaf.snap", "pot.snap"]);
    insta::assert_snapshot!("accepted", shop.files()["pot.snap"]);
    let text = shop.files()["leaf.snap"].clone();
    assert!(text.ends_with("\n\ngreen\\r\n\\ end\n"), "{text}");
    assert_eq!(shop.run(&[]).code, Some(0));
    // Other values of what is redacted are the same answer; another value is none.
    let later = POT.replace("2018", "2019").replace("0f8fad5b", "1f8fad5b");
    shop.serves("/pot", "200 OK\r\nx-kind: pot\r\nx-trace: 8\r\ncontent-type: application/json", &later);
    assert_eq!(shop.run(&[]).code, Some(0));
    shop.serves("/leaf", "200 OK\r\ncontent-type: text/plain", "green\n");
    let changed = shop.run(&[]);
    assert_eq!(changed.code, Some(1));
    let block = changed.stdout.replace(&shop.server.url(), "[url]");
    assert!(block.contains("VIOLATES tea/leaf  TEA-LEAF (must)"), "{block}");
    assert!(
        block.contains(
            "line 1 of the body is another one: unpinned (accepted/tea/leaf.snap; `probity review` shows it)"
        ),
        "{block}"
    );
    assert!(
        block.contains("clauses   1 verified") || block.contains("1 trial has an answer other than accepted"),
        "{block}"
    );
    assert!(block.contains("  observed  green\n"), "{block}");
    assert!(!block.contains("--snapshots"), "{block}");
    let told = shop.run(&["--snapshots", "check"]).stdout;
    assert!(told.contains("--target target.yaml --snapshots=check --only tea/leaf"), "{told}");
    assert_eq!(shop.names(), ["leaf.snap", "leaf.snap.new", "pot.snap"]);
    // Once the answer is as accepted again, nothing awaits a review.
    shop.serves("/leaf", "200 OK\r\ncontent-type: text/plain", "green\r\n");
    assert_eq!(shop.run(&[]).code, Some(0));
    assert_eq!(shop.names(), ["leaf.snap", "pot.snap"]);
    // To accept in the run is to be told what was.
    shop.serves("/leaf", "200 OK\r\ncontent-type: text/plain", "black");
    let overwritten = shop.run(&["--snapshots", "accept"]);
    assert_eq!(overwritten.code, Some(0));
    assert!(overwritten.stdout.contains("accepted accepted/tea/leaf.snap"), "{}", overwritten.stdout);
    assert!(shop.files()["leaf.snap"].ends_with("\n\nblack\n\\ no newline at the end\n"));
    // A rejected one is forgotten.
    shop.serves("/leaf", "200 OK\r\ncontent-type: text/plain", [0, 159]);
    assert_eq!(shop.run(&[]).code, Some(1));
    assert_eq!(shop.review(&["--reject", "tea/**"]).code, Some(0));
    assert_eq!(shop.names(), ["leaf.snap", "pot.snap"]);
    assert_eq!(shop.run(&["--snapshots", "off"]).code, Some(0));
}

#[test]
fn each_change_is_found_and_classed() {
    let shop = Shop::open();
    assert_eq!(shop.run(&["--snapshots", "accept"]).code, Some(0));
    let head = "200 OK\r\ncontent-type: application/json\r\nx-trace: 77\r\nx-kind: pot";
    for (old, new, expected) in [
        ("\"size\": 3", "\"size\": 4", &["value /size breaks the contract"][..]),
        ("\"size\": 3", "\"size\": \"3\"", &["type /size breaks the contract"]),
        ("\"size\": 3, ", "", &["removed /size breaks the contract"]),
        ("\"good\"", "\"better\"", &["value /note lawful change"]),
        ("{\"id\"", "{\"more\": 1, \"id\"", &["added /more lawful change"]),
        ("\"size\": 3, \"note\": \"good\"", "\"note\": \"good\", \"size\": 3", &["reordered  lawful change"]),
        ("\"good\"", "null", &["type /note unpinned"]),
        ("[1, 2, 3]", "[1, 3]", &["removed /list/1 unpinned"]),
        ("[1, 2, 3]", "[3, 2, 1]", &["reordered /list unpinned"]),
        ("\"note\": \"good\", ", "", &["removed /note unpinned"]),
        (
            "\"size\": 3, \"note\": \"good\"",
            "\"size\": 4, \"note\": \"bad\"",
            &["value /size breaks the contract", "value /note lawful change"],
        ),
    ] {
        assert!(POT.contains(old), "{old}");
        shop.serves("/pot", head, POT.replace(old, new));
        assert_eq!(shop.run(&[]).code, Some(1), "{new}");
        let listed: Value = serde_json::from_str(&shop.review(&["--json"]).stdout).expect("JSON");
        let changes = listed[0]["changes"].as_array().expect("changes");
        let word = |change: &Value, key: &str| change[key].as_str().unwrap_or_default().to_owned();
        let told: Vec<String> = changes
            .iter()
            .map(|one| format!("{} {} {}", word(one, "kind"), word(one, "at"), word(one, "class")))
            .collect();
        assert_eq!(told, expected, "{old} to {new}");
    }
    shop.serves("/pot", &head.replace("200 OK", "404 Gone").replace("x-kind: pot", "x-kind: cup"), POT);
    let changed = shop.run(&[]);
    assert!(changed.stdout.contains("the status is 404, expected 200"), "{}", changed.stdout);
    insta::assert_snapshot!("changed", shop.review(&[]).stdout);
}

#[test]
fn what_is_redacted_is_there_and_of_its_kind() {
    let shop = Shop::open();
    let head = "200 OK\r\ncontent-type: application/json\r\nx-trace: 77";
    for (head, old, new, said) in [
        (head, "0f8fad5b-", "0f8fad5b", "`/id` is redacted as a uuid and is none"),
        (head, "\"17\"", "\"18\"", "`/owner` is redacted as a value of a persona and is none"),
        (head, "2018-", "in 2018-", "`/brewed` is redacted as a timestamp and is none"),
        (head, "\"id\"", "\"ID\"", "`$.id` matches nothing to redact"),
        ("200 OK\r\ncontent-type: application/json", "", "", "the header `x-trace` matches nothing to redact"),
    ] {
        shop.serves("/pot", head, POT.replacen(old, new, 1));
        let outcome = shop.run(&["--snapshots", "accept", "--only", "tea/pot"]);
        assert_eq!(outcome.code, Some(1), "{said}");
        assert!(outcome.stdout.contains(said), "{said}\n{}", outcome.stdout);
        assert_eq!(shop.names().len(), 0, "{said}");
    }
}

#[test]
fn what_a_suite_redacts_is_somewhere() {
    let shop = Shop::open();
    let head = "200 OK\r\ncontent-type: application/json\r\nx-trace: 77\r\nx-kind: pot";
    shop.serves("/pot", head, POT.replace("brewed", "boiled"));
    let outcome = shop.run(&["--snapshots", "accept"]);
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    let said = "suites/tea.yaml:3:41: `$..brewed` matched nothing to redact in any answer";
    assert!(outcome.stdout.contains(said), "{}", outcome.stdout);
    // Who asks for a part, or gets an answer that isn't one, doesn't know.
    assert_eq!(shop.run(&["--only", "tea/pot"]).code, Some(3));
    shop.serves("/leaf", "200 OK\r\ncontent-type: text/plain\r\ncontent-encoding: none", "");
    let shorter = shop.path("suites/tea.yaml");
    let suite =
        fs::read_to_string(&shorter).expect("a text").replace("as: timestamp}", "as: timestamp, optional: true}");
    fs::write(shorter, suite).expect("a file can be written");
    assert!(!shop.run(&[]).stdout.contains("in any answer"));
}

#[test]
fn a_secret_never_reaches_a_file() {
    let shop = Shop::open();
    let head = "200 OK\r\ncontent-type: application/json\r\nx-trace: 77\r\nx-kind: key-of-ann-1234";
    shop.serves("/pot", head, POT);
    shop.serves("/leaf", "200 OK\r\ncontent-type: text/plain", "base64 a2V5LW9mLWFubi0xMjM0 and key-of-ann-1234");
    assert_eq!(shop.run(&[]).code, Some(1));
    for (name, text) in shop.files() {
        assert!(!text.contains("key-of-ann") && !text.contains("a2V5LW9m"), "{name}\n{text}");
    }
}

#[test]
fn a_damaged_file_is_named_and_nothing_is_judged() {
    let shop = Shop::open();
    assert_eq!(shop.run(&["--snapshots", "accept"]).code, Some(0));
    let whole = shop.files()["pot.snap"].clone();
    for (text, said) in [
        (whole.replace("  \"size\"", "<<<<<<< HEAD\n  \"size\""), "the marks of a merge stand in a snapshot"),
        ("Created: 2018-01-01\nSource: a\n\n200\n".to_owned(), "the snapshot has an older form"),
        ("200\n".to_owned(), "the snapshot has no head"),
        ("---\nsource: a\n".to_owned(), "the head of the snapshot never ends"),
    ] {
        fs::write(shop.path("accepted/tea/pot.snap"), text).expect("a file can be written");
        let before = shop.server.requests();
        for outcome in [shop.run(&[]), shop.run(&["--snapshots", "check"])] {
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{said}");
            assert!(outcome.stderr.contains(said) && outcome.stderr.contains("accepted/tea/pot.snap"), "{outcome:#?}");
        }
        assert_eq!(shop.server.requests(), before, "{said}");
    }
}

#[test]
fn what_no_case_has_is_listed_and_can_be_removed() {
    let shop = Shop::open();
    assert_eq!(shop.run(&["--snapshots", "accept"]).code, Some(0));
    fs::copy(shop.path("accepted/tea/pot.snap"), shop.path("accepted/tea/cup.snap")).expect("a copy");
    let whole = shop.run(&[]);
    assert_eq!(whole.code, Some(0));
    assert!(whole.stdout.contains("no case has accepted/tea/cup.snap"), "{}", whole.stdout);
    // A part of the cases says nothing of what the others have.
    assert!(!shop.run(&["--only", "tea/pot"]).stdout.contains("no case has"));
    assert_eq!(shop.review(&["--prune"]).stdout, "removed accepted/tea/cup.snap\n");
    assert_eq!(shop.names(), ["leaf.snap", "pot.snap"]);
}

#[test]
fn what_awaits_a_review_is_a_page() {
    let shop = Shop::open();
    assert_eq!(shop.run(&["--snapshots", "accept"]).code, Some(0));
    let head = "200 OK\r\ncontent-type: application/json\r\nx-trace: 77\r\nx-kind: pot";
    shop.serves("/pot", head, POT.replace("\"size\": 3", "\"size\": 4").replace("good", "</script><b>"));
    assert_eq!(shop.run(&[]).code, Some(1));
    let told = shop.review(&["--html", "out/page.html"]);
    assert_eq!((told.code, told.stdout.as_str()), (Some(1), "out/page.html has 1 to review\n"), "{told:#?}");
    let page = fs::read_to_string(shop.path("out/page.html")).expect("a page");
    for said in [
        "\"trial\":\"tea/pot\"",
        "\"class\":\"breaks the contract\"",
        "a pot holds three cups",
        "\\u003cb\\u003e",
        "\"probity review . --target target.yaml\"",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("</script><b>") && !page.contains("http://") && !page.contains("https://"));
    assert_eq!(shop.names(), ["leaf.snap", "pot.snap", "pot.snap.new"]);
    // It decides nothing, so it can't be asked to.
    assert_eq!(shop.review(&["--html", "page.html", "--accept", "**"]).code, Some(2));
    let nowhere = shop.review(&["--html", "contract.yaml/page.html"]);
    assert_eq!(nowhere.code, Some(2), "{nowhere:#?}");
    assert!(nowhere.stderr.contains("contract.yaml/page.html can't be written"), "{nowhere:#?}");
}

#[test]
fn nothing_is_accepted_that_was_not_shown() {
    let shop = Shop::open();
    assert_eq!(shop.run(&[]).code, Some(1));
    for (arguments, said) in [
        (&["--only", "tea/pot", "--accept", "**"][..], "`--only` shows a part"),
        (&["--accept", "tea/cup"], "nothing that awaits a review in accepted matches `tea/cup`"),
        (&["--accept", "tea/pot", "--reject", "tea/pot"], "both accepted and rejected"),
        // What comes before it in the list isn't accepted either.
        (&["--accept", "tea/leaf", "--accept", "tea/pot", "--reject", "TEA-POT"], "both accepted and rejected"),
        (&["--only", "tea/pot", "--accept", "tea/leaf"], "`--only` leaves out all that `tea/leaf` matches"),
        (&["--json", "--accept", "tea/pot"], "cannot be used with"),
    ] {
        let outcome = shop.review(arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:#?}");
        assert!(outcome.stderr.contains(said), "{outcome:#?}");
        assert_eq!(shop.names(), ["leaf.snap.new", "pot.snap.new"]);
    }
    // A new answer that breaks the contract is said to.
    shop.serves(
        "/pot",
        "200 OK\r\ncontent-type: application/json\r\nx-trace: 1",
        POT.replace("\"size\": 3", "\"size\": 4"),
    );
    assert_eq!(shop.run(&[]).code, Some(1));
    let listed = shop.review(&["--only", "tea/pot"]).stdout;
    assert!(listed.contains("added  breaks the contract\n      TEA-POT: "), "{listed}");
    // A server at a bare URL has no accepted answers unless it is asked for.
    let bare = probity(shop.folder.path(), &["run", ".", "--target", &shop.server.url()]);
    assert_eq!(bare.code, Some(1), "{bare:#?}");
    assert!(!Path::new(&shop.path("snapshots")).exists());
    let asked = probity(shop.folder.path(), &["run", ".", "--target", &shop.server.url(), "--snapshots", "new"]);
    assert_eq!(asked.code, Some(1), "{asked:#?}");
    assert!(shop.path("snapshots/tea/pot.snap.new").exists());
}
