//! That the reader for every day says what the whole one says, or nothing.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use super::super::whole;
use super::read;
use crate::diagnostic::SourceFile;

/// What the reader for every day says of a text, and what the whole one does.
fn both(text: &str) -> (Option<String>, String) {
    let file = Arc::new(SourceFile::new("a.yaml", text));
    let mut diagnostics = Vec::new();
    let whole = format!("{:?}", whole(&file, &mut diagnostics));
    (read(&file).map(|node| format!("{:?} []", Some(node))), format!("{whole} {diagnostics:?}"))
}

/// Scalars, usual and odd.
const SCALARS: &[&str] = &[
    "a",
    "1",
    "-1",
    "0",
    "-0",
    "017",
    "1.5",
    "1e3",
    "1.0.0",
    "0x1F",
    "1_000",
    "2026-11-22",
    "12:30",
    ".inf",
    "~",
    "null",
    "",
    "true",
    "True",
    "yes",
    "off",
    "'1'",
    "\"a\\tb\"",
    "a b",
    "é",
    "18446744073709551615",
    "+1",
    "9223372036854775807",
    "-",
    "...",
    "GET /a?b=c",
    "a#b",
    "1 2",
    "abcdef",
    "-a",
    "<<",
    "\"\"",
    "1,000",
    "fade",
    "151cf84a820fa6df",
    "1f",
    "1d5",
    "0f",
    "0b1",
    "0d1",
    "1e5",
    "12e",
    "1.5f",
    "1a:b",
    "0e",
    "1_f",
];

/// Texts, usual, odd and wrong.
const TEXTS: &[&str] = &[
    "a: |\n  text\n  more\nb: >-\n  folded\n  text\n",
    "a: &x 1\nb: *x\n",
    "a: !!str 1\n",
    "--- a\n",
    "a\n---\nb\n",
    "# nothing\n",
    "",
    "a: {b: 1, b: 2}\n",
    "a: 1\na: 2\n",
    "? a\n: b\n",
    "? [a]\n: b\n",
    "a: [1, 2\n",
    "a:\n- b\n- c\nd: e\n",
    "a: 'it''s'\nb: \"x\\u00e9\"\n",
    "%YAML 1.2\n---\na: b\n",
    "a: b\n...\n",
    "\u{feff}a: b\n",
    "a: plain text\n  goes on\nb: c\n",
    "a:\n  <<: {b: 1}\n  c: 2\n",
    "a: \n  \nb:\n",
    "- \n- ~\n",
    "[]",
    "{}",
    "a: []\nb: {}\n",
    "é: ü\nö: {ä: [ß]}\n",
    "a: \"\\x41\"\n",
    "a:\n- b\n-\n- c: d\n\n-   - e\n    - f\n  # g\ng: h\n",
    "a: {b: [c, {d: e}], f: , 'g': \"h\", i: j k }  # l\nm: []\n",
    "a: [b,\n  c, # d\n\n  'e'\n  ]\nf: g\n",
    "a: [b,\nc]\n",
    "a: {b: c,\n    d: e}\n",
    "  a: 1\n  b: 2\n",
    "a:\n  b: 1\n c: 2\n",
    "a: 1\n b: 2\n",
    "-   a: 1\n  b: 2\n",
    "- - a\n - b\n",
    "a: b: c\n",
    "a: - b\n",
    "a: [b: c, {d}]\n",
    "a: [b c: d]\n",
    "a: 'b' c\n",
    "a: \"b\"c: d\n",
    "\"a\" : b\n'c': d\ne : f\n",
    "a: {\"b\":1, c:2}\n",
    "a: [,b]\n",
    "a: [b,,c]\n",
    "a: [b, c,]\n",
    "a: 'b\n  c'\n",
    "a: b #c\nd: e#f\ng: #h\n",
    "a: [b#c, d #e\n  ]\n",
    "a: http://b:1/c?d=e&f\ng: {h: http://b:1/c}\n",
    "a: b\r\nc: d\r\n",
    "a:\tb\n",
    "a:  b   \nc:d\n",
    "a: b\n---\n",
    "a: [b,\n---\n]\n",
    "a: b ---\nc: ...\n",
    "[a]: b\n",
    "{a: b}: c\n",
    "a: {b: c}: d\n",
    "a: ?b\nc: [-d, -1, - ]\n",
    "a: *\nb: &\nc: @d\ne: `f\n",
    "a: x: \n",
    "a:: b\nc: d:\n",
    "a: \"\\u0041\\e\"\nb: \"\\\\ \\\" \\n\"\n",
    "a: 'it''s'\nb: ''''\n",
    "a: \"\\uFE0F\\U0001F600\\x7e\"\n",
    "a: \"\\u0000\"\n",
    "a: \"\\x00\\x9f\"\n",
    "a: \"\\uFEFF\\u2028\"\n",
    "a: \"\\uD83D\\uDE00\"\n",
    "a: \"\\uD83D\"\n",
    "a: \"\\U00110000\"\n",
    "a: \"\\u+041\\u 41\"\n",
    "a: \"\\u41\"\nb: \"\\x4\"\n",
    "a: [a\n  b]\n",
    "a: {b\n  : c}\n",
    "a:\n  [b]\nc:\n  {d: e}\nf:\n  g\nh:\n  'i'\n",
    "a:\n  b\n  c\n",
    "a:\n  'b'\n  c\n",
    "a: b\n\n\n# c\n   # d\n",
    "a: \u{7f}\n",
    "a: \u{85}b\nc: d\u{2028}e\n",
    "a: %b\n",
    "1: a\n",
    "null: a\n",
    "~: a\n",
    "a: {null: b}\n",
    "- -1\n- --1\n- -a: b\n",
    "a: [[[]]]\nb: {c: {d: {}}}\n",
];

#[test]
fn the_reader_for_every_day_says_what_the_whole_one_says_or_nothing() {
    let mut texts: Vec<String> = Vec::new();
    for scalar in SCALARS {
        texts.extend([
            format!("a: {scalar}\n"),
            format!("a: {scalar} # a comment\nb: c\n"),
            format!("- {scalar}\n- [x, {scalar}]\n- {{k: {scalar}}}\n"),
            format!("{scalar}: x\nz: y\n"),
            format!("a:\n  b:\n    - {scalar}\n    - c: {scalar}\n      d: {scalar}\n"),
        ]);
    }
    texts.extend(TEXTS.iter().map(|text| (*text).to_owned()));
    let mut everyday = 0;
    for text in &texts {
        everyday += usize::from(is_said_alike(text));
    }
    assert!(everyday * 2 > texts.len(), "{everyday} of {}", texts.len());
}

/// Whether the reader for every day reads a text, which it must then read as the whole one does.
fn is_said_alike(text: &str) -> bool {
    let (found, whole) = both(text);
    found.is_some_and(|found| {
        assert_eq!(found, whole, "{text:?}");
        true
    })
}

/// Every file of ours, and what becomes of it when bytes are lost, doubled, or put where they don't belong.
#[test]
fn what_we_ship_is_for_every_day_and_what_becomes_of_it_is_read_alike() {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("suites")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(fs::read_to_string(path).expect("a text"));
            }
        }
    }
    let everyday = files.iter().filter(|text| is_said_alike(text)).count();
    // One of them has a text of several lines.
    assert_eq!(everyday + 1, files.len());
    let pieces =
        ["", " ", "  ", "\n", "- ", ": ", ":", "#", " #", ",", "[", "]", "{", "}", "'", "\"", "\\", "&a ", "*a", "? "];
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0) % below
    };
    let (mut alike, mut all) = (0, 0);
    for text in files.iter().flat_map(|text| std::iter::repeat_n(text, 40)) {
        let lines: Vec<&str> = text.lines().collect();
        let (from, count) = (random(lines.len()), random(15));
        // As it would stand if it were the whole.
        let indent = lines[from].len() - lines[from].trim_start_matches([' ', '-']).len();
        let part = lines[from..].iter().take(count).enumerate().map_while(|(at, line)| {
            if at == 0 { Some(&line[indent..]) } else { line.strip_prefix(&" ".repeat(indent)) }
        });
        let mut part = part.collect::<Vec<_>>().join("\n");
        for _ in 0..=random(2) {
            let at =
                (0..=random(part.len() + 1).min(part.len())).rev().find(|at| part.is_char_boundary(*at)).unwrap_or(0);
            let end = (at + random(3)..=part.len()).find(|end| part.is_char_boundary(*end)).unwrap_or(part.len());
            part.replace_range(at..end, pieces[random(pieces.len())]);
        }
        all += 1;
        alike += usize::from(is_said_alike(&part));
    }
    assert!(alike * 5 > all, "{alike} of {all}");
}
