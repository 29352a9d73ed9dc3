//! What differs from run to run is found, and the redactions for it are written into the suites.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::shop::Shop;
use crate::support::binary::Outcome;

/// Every way of writing a snapshot down.
const SUITE: &str = "suite: tea
service: shop
cases:
  - case: plain
    requirements: [TEA-POT, TEA-LEAF]
    as: ann
    request: GET /cup
    expect: {status: 200, snapshot: true}
  - case: flow
    requirements: [TEA-LEAF]
    request: GET /cup
    expect: {status: 200, snapshot: {headers: [x-trace]}}
  - case: more
    requirements: [TEA-LEAF]
    request: GET /cup
    expect:
      status: 200
      snapshot: {redact: [{at: $.id, as: uuid}], headers: [x-trace]}
  - case: block
    requirements: [TEA-LEAF]
    request: GET /cup
    expect:
      status: 200
      snapshot:
        headers: [x-trace] # of interest
  - case: list
    requirements: [TEA-LEAF]
    each:
      - {name: full, path: cup}
      - {name: empty, path: saucer}
    request: GET /{{path}}
    expect:
      status: 200
      snapshot:
        redact:
          - at: $.id
            as: uuid
            optional: true
        headers: [x-trace]
  - case: items
    requirements: [TEA-LEAF]
    request: GET /cup
    expect:
      status: 200
      snapshot:
        redact:
        - {at: $.id, as: uuid}
";

/// `%N%` is another number each time.
const CUP: &str = "{\"id\": \"0f8fad5b-d9cb-469f-a165-7086772895%N%\", \"count\": %N%, \"it's\": \"at %N%\", \
                   \"guests\": [{\"seen\": \"2018-03-28T00:26:%N%Z\"}, {\"seen\": \"2018-03-28T00:27:51Z\"}], \"size\": 3}";

fn shop() -> Shop {
    let shop = Shop::open();
    fs::write(shop.path("suites/tea.yaml"), SUITE).expect("a file can be written");
    shop.serves("/cup", "200 OK\r\ncontent-type: application/json\r\nx-trace: %N%", CUP);
    shop.serves("/saucer", "200 OK\r\ncontent-type: application/json", "{\"size\": 1}");
    shop
}

fn stabilise(shop: &Shop) -> Outcome {
    shop.probity(&["snapshots", "stabilise", ".", "--target", "target.yaml", "--pause", "0", "--runs", "3"])
}

#[test]
fn what_differs_is_redacted_by_a_patch() {
    let shop = shop();
    assert_eq!(shop.run(&["--snapshots", "accept"]).code, Some(0));
    assert_eq!(shop.run(&["--snapshots", "check"]).code, Some(1));
    let before = shop.files();
    let proposed = stabilise(&shop);
    assert_eq!(proposed.code, Some(1), "{proposed:#?}");
    assert_eq!(shop.files(), before, "it wrote a snapshot");
    insta::assert_snapshot!("patch", proposed.stdout);
    let numbers = regex::Regex::new("[0-9]{2}(Z?\"| then|\n)").expect("a pattern");
    insta::assert_snapshot!("told", numbers.replace_all(&proposed.stderr, "NN$1"));
    let mut apply = std::process::Command::new("git");
    apply.args(["apply", "-p1", "-"]).current_dir(shop.folder.path()).stdin(Stdio::piped());
    let mut apply = apply.spawn().expect("git starts");
    apply.stdin.take().expect("a pipe").write_all(proposed.stdout.as_bytes()).expect("the patch is taken");
    assert!(apply.wait().expect("git ends").success(), "{}", proposed.stdout);
    // Now every run gives the same.
    assert_eq!(shop.run(&["--snapshots", "accept"]).code, Some(0));
    let again = shop.run(&["--snapshots", "check"]);
    assert_eq!(again.code, Some(0), "{}", again.stdout);
    let settled = stabilise(&shop);
    assert_eq!((settled.code, settled.stdout.as_str()), (Some(0), ""), "{settled:#?}");
    assert_eq!(settled.stderr, "3 runs, 7 answers compared: nothing differs\n");
}

#[test]
fn what_nothing_can_stand_for_is_told() {
    let shop = shop();
    shop.serves("/cup", "200 OK\r\ncontent-type: text/plain\r\nx-trace: 1", "brewed %N%\n");
    let told = stabilise(&shop);
    assert_eq!((told.code, told.stdout.as_str()), (Some(1), ""), "{told:#?}");
    let said = "line 1 of the body in tea/plain.snap: differs, and no redaction can stand for it (body)";
    assert!(told.stderr.contains(said), "{}", told.stderr);
}

#[test]
fn where_nothing_is_compared_nothing_is_stable() {
    let shop = shop();
    for (arguments, code, said) in [
        (&["--only", "tea/none"][..], 2, "tea/none"),
        (&["--runs", "1"], 2, "1 is not in 2..=1000"),
        (&["--target", "http://127.0.0.1:9"], 3, "run 1 came to nothing"),
    ] {
        let mut words = vec!["snapshots", "stabilise", "."];
        if !arguments.contains(&"--target") {
            words.extend(["--target", "target.yaml"]);
        }
        let outcome = shop.probity(&[&words, arguments].concat());
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        assert!(outcome.stderr.contains(said), "{outcome:#?}");
    }
    fs::write(
        shop.path("suites/tea.yaml"),
        SUITE.split("  - case: flow").next().expect("a part").replace(", snapshot: true", ""),
    )
    .expect("a file can be written");
    let none = stabilise(&shop);
    assert_eq!(none.code, Some(2), "{none:#?}");
    assert!(none.stderr.contains("no case says `snapshot:`"), "{none:#?}");
}
