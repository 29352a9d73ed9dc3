//! Inputs altered as servers, editors and attackers alter them.
#![expect(clippy::format_collect, clippy::struct_field_names, reason = "short inputs are read better so")]

use std::collections::BTreeSet;
use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What inputs are made of: those that are known, and the words in them.
pub(crate) struct Seeds {
    seeds: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
    largest: usize,
}

/// An input, shown as text where it is one.
#[derive(Clone)]
pub(crate) struct Input(pub(crate) Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Texts that mean something somewhere.
const WORDS: [&str; 66] = [
    "",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{2028}",
    "\u{1b}[31m",
    "é",
    "e\u{301}",
    "\u{10ffff}",
    "\r",
    "\r\n",
    "\r\n\r\n",
    "\n\n",
    "\t",
    " ",
    "-1",
    "0",
    "1e999",
    "-0.0",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "0x7f",
    "NaN",
    ".inf",
    "017",
    "null",
    "~",
    "true",
    "{{",
    "}}",
    "{{{{",
    "{{ann.token | base64}}",
    "{{world}}",
    "&a ",
    "*a",
    "&a [*a]",
    "<<: *a",
    "!!binary ",
    "!x ",
    "|+9\n",
    "? ",
    "- ",
    ": ",
    "---\n",
    "...\n",
    "#",
    "..",
    "../",
    "/",
    "\\",
    "\\u0000",
    "\\ud800",
    "%00",
    "%",
    "$..*",
    "[?(@.a)]",
    "(a*)*b",
    "[",
    "{",
    "\"",
    "'",
    "`",
    "%SECRET%",
    "\r\n0\r\n\r\n",
    "\r\ntransfer-encoding: chunked\r\n",
];

/// One way of altering an input.
#[derive(Clone, Debug)]
enum Change {
    Byte(Index, u8),
    Insert(Index, Index),
    Replace(Index, Index),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Splice(Index, Index, Index),
    Cut(Index),
    Nest(Index, &'static str, &'static str, usize),
    Indent(Index, usize),
    Swap(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    let pairs = [
        ("[", "]"),
        ("{\"a\":", "}"),
        ("(", ")"),
        ("{a: ", "}"),
        ("$ref: ", ""),
        ("a:\n ", ""),
        ("- ", ""),
        ("<a>", "</a>"),
        ("{{", "}}"),
        ("!", ""),
    ];
    prop_oneof![
        3 => (index(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        4 => (index(), index()).prop_map(|(at, word)| Change::Insert(at, word)),
        6 => (index(), index()).prop_map(|(at, word)| Change::Replace(at, word)),
        3 => (index(), 1..200_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        2 => (index(), 1..100_usize, 2..200_usize).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        3 => (index(), index(), index()).prop_map(|(seed, from, to)| Change::Splice(seed, from, to)),
        1 => index().prop_map(Change::Cut),
        2 => (index(), select(pairs.to_vec()), prop_oneof![1..8_usize, 100..200_usize, 4000..9000_usize])
            .prop_map(|(at, (open, close), depth)| Change::Nest(at, open, close, depth)),
        2 => (index(), 0..9_usize).prop_map(|(at, blanks)| Change::Indent(at, blanks)),
        2 => (index(), index()).prop_map(|(one, other)| Change::Swap(one, other)),
    ]
}

impl Seeds {
    pub(crate) fn of(seeds: Vec<Vec<u8>>, largest: usize) -> Self {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        let found = seeds.iter().flat_map(|seed| seed.split(move |byte| !is_part(byte)));
        let found: BTreeSet<Vec<u8>> = found.filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect();
        let words = WORDS.iter().map(|word| word.as_bytes().to_vec()).chain(found).collect();
        Self { seeds, words, largest }
    }

    /// A seed with some changes; now and then nothing but chance.
    pub(crate) fn altered(self) -> impl Strategy<Value = Input> {
        let altered = (any::<Index>(), vec(change(), 1..6)).prop_map(move |(seed, changes)| {
            let mut input = seed.get(&self.seeds).clone();
            for change in &changes {
                self.alter(&mut input, change);
                input.truncate(self.largest);
            }
            Input(input)
        });
        prop_oneof![30 => altered, 1 => vec(any::<u8>(), 0..300).prop_map(Input)]
    }

    fn alter(&self, input: &mut Vec<u8>, change: &Change) {
        let at = |index: &Index, length: usize| index.index(length + 1);
        let length = input.len();
        match change {
            Change::Byte(index, byte) if length > 0 => input[index.index(length)] = *byte,
            Change::Byte(..) => {}
            Change::Insert(index, word) => {
                let here = at(index, length);
                input.splice(here..here, word.get(&self.words).iter().copied());
            }
            Change::Replace(index, word) => {
                let word_at = at(index, length);
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
                let start = input[..word_at].iter().rposition(|byte| !is_part(byte)).map_or(0, |before| before + 1);
                let end =
                    input[word_at..].iter().position(|byte| !is_part(byte)).map_or(length, |after| word_at + after);
                input.splice(start..end, word.get(&self.words).iter().copied());
            }
            Change::Remove(index, count) => {
                let start = at(index, length);
                input.drain(start..length.min(start + count));
            }
            Change::Repeat(index, count, times) => {
                let start = at(index, length);
                let piece = input[start..length.min(start + count)].to_vec();
                let most = self.largest / piece.len().max(1);
                input.splice(start..start, piece.repeat((*times).min(most)));
            }
            Change::Splice(seed, from, to) => {
                let other = seed.get(&self.seeds);
                let (here, there) = (at(from, length), at(to, other.len()));
                input.truncate(here);
                input.extend(&other[there..]);
            }
            Change::Cut(index) => input.truncate(at(index, length)),
            Change::Nest(index, open, close, depth) => {
                let here = at(index, length);
                let most = self.largest / (open.len() + close.len());
                let (open, close) = (open.repeat((*depth).min(most)), close.repeat((*depth).min(most)));
                input.splice(here..here, open.into_bytes().into_iter().chain(close.into_bytes()));
            }
            Change::Indent(index, blanks) => {
                let here = at(index, length);
                let line = input[..here].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
                let text = input[line..].iter().position(|byte| *byte != b' ').map_or(length, |text| line + text);
                input.splice(line..text, vec![b' '; *blanks]);
            }
            Change::Swap(one, other) => {
                let mut lines: Vec<Vec<u8>> = input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
                let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                lines.swap(one, other);
                *input = lines.join(&b'\n');
            }
        }
    }
}

/// Inputs that are small and mean something large, by what they are.
pub(crate) fn bombs() -> Vec<(String, Vec<u8>)> {
    let mut bombs: Vec<(String, Vec<u8>)> = Vec::new();
    for (open, close) in [
        ("[", "]"),
        ("{\"a\":", "}"),
        ("{a: ", "}"),
        ("a:\n ", ""),
        ("- ", ""),
        ("(", ")"),
        ("{{", "}}"),
        ("$[?", "]"),
        ("!", ""),
    ] {
        for (depth, how) in [(120, "nested"), (20_000, "nested deep")] {
            let depth = depth.min(65_000 / (open.len() + close.len()));
            bombs.push((
                format!("{open} {how}"),
                format!("{}1{}", open.repeat(depth), close.repeat(depth)).into_bytes(),
            ));
            bombs.push((format!("{open} {how} and never closed"), open.repeat(depth).into_bytes()));
        }
    }
    let aliases = (b'b'..b'k').fold(String::from("a: &a [x,x,x,x,x,x,x,x,x]\n"), |text, c| {
        let (now, before) = (char::from(c), char::from(c - 1));
        text + &format!("{now}: &{now} [{}]\n", vec![format!("*{before}"); 9].join(","))
    });
    bombs.push(("aliases of aliases".into(), aliases.into_bytes()));
    let rows = |count: usize| (0..count).map(|row| format!("{{name: r{row}}}")).collect::<Vec<_>>().join(", ");
    let head = "suite: x\nservice: notes\ndefaults: {as: ann}\ncases:\n  - case: x\n    requirements: [X]\n";
    let axes: String = ('a'..='h').map(|axis| format!("      {axis}: [{}]\n", rows(100))).collect();
    let laughs: String = (0..40).map(|n| format!(", p{n}: \"{{{{p{0}}}}}{{{{p{0}}}}}\"", n + 1)).collect();
    let each = format!("{head}    each: [{{name: r{laughs}, p40: ha}}]\n    request: GET /{{{{p0}}}}\n");
    bombs.push(("parameters of parameters".into(), format!("{each}    expect: {{status: 200}}\n").into_bytes()));
    let lists: String = (0..40).map(|n| format!(", p{n}: [\"{{{{p{0}}}}}\", \"{{{{p{0}}}}}\"]", n + 1)).collect();
    let each = format!("{head}    each: [{{name: r{lists}, p40: ha}}]\n    request: GET /{{{{p0}}}}\n");
    bombs.push(("lists of lists in parameters".into(), format!("{each}    expect: {{status: 200}}\n").into_bytes()));
    let tail = "    request: GET /\n    expect: {status: 200}\n";
    bombs.push(("a cross of many axes".into(), format!("{head}    cross:\n{axes}{tail}").into_bytes()));
    bombs.push(("a matrix of many axes".into(), format!(
        "suite: x\nservice: notes\ndefaults: {{as: ann}}\nmatrices:\n  - matrix: x\n    requirements: [X]\n    axes:\n{axes}    request: GET /\n    \
         cells:\n      - {{{}, sees: it}}\n    sees: {{it: {{status: 200}}}}\n",
        ('a'..='h').map(|axis| format!("{axis}: \"*\"")).collect::<Vec<_>>().join(", ")
    ).into_bytes()));
    for pattern in ["(a*)*b", "(x+x+)+y", "((a{0,100}){0,100}){0,100}", "\\\\w{9999}", "[\\\\s\\\\S]{1,65535}"] {
        let suite = format!(
            "{head}    request: GET /\n    expect: {{status: 200, headers: {{x-a: {{pattern: \"{pattern}\"}}}}, body: [{{at: $.text, pattern: \"{pattern}\"}}]}}\n"
        );
        bombs.push((format!("the pattern {pattern}"), suite.into_bytes()));
    }
    for number in ["99999999999", "18446744073709551615", "-1", "1e308"] {
        let suite = format!(
            "{head}    repeat: {number}\n    request: GET /\n    expect: {{status: {number}, body: [{{at: $, count: {{min: {number}}}, range: {{max: {number}}}}}]}}\n"
        );
        bombs.push((format!("the number {number}"), suite.into_bytes()));
    }
    bombs.push(("one long line".into(), "a".repeat(60_000).into_bytes()));
    bombs.push(("one long word of base64".into(), "QUFB".repeat(15_000).into_bytes()));
    bombs.push(("many short lines".into(), "a: 1\n".repeat(12_000).into_bytes()));
    bombs.push((
        "many keys".into(),
        (0..8_000).fold(String::new(), |text, key| text + &format!("k{key}: \n")).into_bytes(),
    ));
    bombs.push(("many items".into(), "- {}\n".repeat(12_000).into_bytes()));
    bombs.push(("an array of many".into(), format!("[{}1]", "1,".repeat(30_000)).into_bytes()));
    bombs.push(("a descent of many".into(), format!("${}", "..*".repeat(12)).into_bytes()));
    bombs
}
