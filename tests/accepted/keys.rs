//! A review at a terminal, by keys.

use std::fs;

use crate::shop::{POT, Shop};
use crate::support::terminal::typed;

/// A shop with two answers that were accepted and are others now.
fn shop() -> Shop {
    let shop = Shop::open();
    assert_eq!(shop.run(&["--snapshots", "accept"]).code, Some(0));
    let head = "200 OK\r\ncontent-type: application/json\r\nx-trace: 77\r\nx-kind: pot";
    shop.serves("/pot", head, POT.replace("\"size\": 3", "\"size\": 4").replace("good", "bad"));
    shop.serves("/leaf", "200 OK\r\ncontent-type: text/plain", "black\r\n");
    assert_eq!(shop.run(&[]).code, Some(1));
    shop
}

#[test]
fn one_answer_at_a_time() {
    let pending = ["leaf.snap", "leaf.snap.new", "pot.snap", "pot.snap.new"];
    for (keys, code, left, told) in [
        ("aa", 0, &["leaf.snap", "pot.snap"][..], "accepted ../accepted/tea/pot.snap"),
        ("rr", 0, &["leaf.snap", "pot.snap"], "rejected ../accepted/tea/pot.snap"),
        ("ra", 0, &["leaf.snap", "pot.snap"], "accepted ../accepted/tea/leaf.snap"),
        ("sa", 1, &["leaf.snap", "pot.snap", "pot.snap.new"], "1 left"),
        ("q", 1, &pending, "2 left"),
        ("xsq", 1, &pending, "a accept · r reject"),
        ("oq", 1, &pending, "EDITED"),
    ] {
        let shop = shop();
        let editor = shop.path("editor");
        fs::write(&editor, "#!/bin/sh\nfor word; do last=$word; done\ntest -f \"$last\" && echo EDITED \"$@\"\n")
            .expect("written");
        // From another folder the suite is opened all the same.
        fs::create_dir(shop.path("elsewhere")).expect("a folder can be made");
        let mut command = shop.command(&["review", "..", "--target", "../target.yaml"]);
        command.current_dir(shop.path("elsewhere")).env("EDITOR", format!("sh {}", editor.display()));
        let shown = typed(&mut command, "q quit", keys, 60);
        assert_eq!(shown.code, Some(code), "{keys:?}\n{}", shown.text);
        assert!(shown.text.contains(told), "{keys:?}\n{}", shown.text);
        assert_eq!(shop.names(), left, "{keys:?}");
    }
}

#[test]
fn all_of_a_kind_are_accepted_at_once() {
    let shop = Shop::open();
    assert_eq!(shop.run(&[]).code, Some(1));
    let shown = typed(&mut shop.command(&["review", ".", "--target", "target.yaml"]), "q quit", "A", 80);
    assert_eq!(shown.code, Some(0), "{}", shown.text);
    assert_eq!(shop.names(), ["leaf.snap", "pot.snap"]);
}

#[test]
fn an_interrupt_leaves_everything_as_it_was() {
    let shop = shop();
    let before = shop.files();
    let shown = typed(&mut shop.command(&["review", ".", "--target", "target.yaml"]), "q quit", "\u{3}", 80);
    // Either the key was read, or the terminal made a signal of it before.
    assert!([Some(1), Some(130)].contains(&shown.code), "{shown:?}");
    assert_eq!(shop.files(), before);
}
