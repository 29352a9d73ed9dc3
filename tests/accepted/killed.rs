//! Whoever dies while answers are accepted leaves every file whole.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use crate::shop::Shop;

/// Many answers, in a suite of their own.
const MANY: usize = 400;

#[test]
fn every_file_is_whole_after_a_kill() {
    let shop = Shop::open();
    let mut suite =
        String::from("suite: cups\nservice: shop\ncases:\n  - case: cup\n    requirements: [TEA-LEAF]\n    each:\n");
    for cup in 0..MANY {
        let _ = writeln!(suite, "      - {{name: c{cup}, cup: c{cup}}}");
    }
    suite += "    request: GET /leaf?{{cup}}\n    expect: {status: 200, snapshot: true}\n";
    fs::write(shop.path("suites/cups.yaml"), suite).expect("a file can be written");
    let body = |word: &str| format!("{word}\n").repeat(200);
    for cup in 0..MANY {
        shop.serves(format!("/leaf?c{cup}"), "200 OK\r\ncontent-type: text/plain", body("old"));
    }
    assert_eq!(shop.run(&["--snapshots", "accept"]).code, Some(0));
    let folder = shop.path("accepted/cups");
    let whole = |name: &str, text: &str| {
        let (old, new) = (text.matches("old\n").count(), text.matches("new\n").count());
        assert!(old + new == 200 && old.min(new) == 0, "{name} isn't whole");
        assert!(text.starts_with("---\n") && text.ends_with("\n\\ end\n"), "{name} isn't whole");
        new > 0
    };
    let is_pending = |name: &str| Path::new(name).extension().is_some_and(|ending| ending == "new");
    let files = || -> BTreeMap<String, String> {
        let entries = fs::read_dir(&folder).expect("a folder");
        let named = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
        named
            .filter(|name| !name.starts_with('.'))
            .map(|name| (name.clone(), fs::read_to_string(folder.join(&name)).expect("a text")))
            .collect()
    };
    for cup in 0..MANY {
        shop.serves(format!("/leaf?c{cup}"), "200 OK\r\ncontent-type: text/plain", body("new"));
    }
    assert_eq!(shop.run(&[]).code, Some(1));
    let (mut interrupted, mut accepted) = (0, 0);
    for told in [1, 2, 3, 10, 50, 100] {
        let review = ["review", ".", "--target", "target.yaml", "--accept", "cups/**"];
        let mut child = shop.command(&review).spawn().expect("the binary starts");
        let said = BufReader::new(child.stdout.take().expect("a pipe")).lines().take(told).count();
        let _ = child.kill();
        assert_eq!(said, told);
        let _ = child.wait();
        let files = files();
        let settled = files.iter().filter(|(name, text)| whole(name, text) && !is_pending(name)).count();
        let pending = files.keys().filter(|name| is_pending(name)).count();
        assert!(settled + pending >= MANY, "{settled} accepted, {pending} pending");
        assert!(settled >= accepted, "an accepted one is gone");
        accepted = settled;
        interrupted += usize::from(pending > 0 && settled > 0);
    }
    assert!(interrupted > 0, "it was never killed in the middle; {accepted} accepted");
    // What is left is accepted by the next one, and what died in the middle leaves nothing behind.
    assert_eq!(shop.run(&["--snapshots", "accept"]).code, Some(0));
    assert_eq!(shop.review(&["--prune"]).code, Some(0));
    assert_eq!(files().len(), MANY);
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), MANY);
}
