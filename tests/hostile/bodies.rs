//! Bodies that are more than they seem: codings, and JSON at its bounds.

use crate::zoo::Manner::Says;
use crate::zoo::{CONFORMS, GREEN, Row, Said, row, unjudged, violates, whole, with};

const DEEP: Said = unjudged("nested deeper than 127 levels");
const MANY: Said = unjudged("more than 200,000 values");

/// A whole answer with such a coding.
fn coded(coding: &str, body: &[u8]) -> crate::zoo::Manner {
    let headers = format!("content-type: application/json\r\nconnection: close\r\ncontent-encoding: {coding}\r\n");
    Says(with("200 OK", &headers, body))
}

pub(crate) fn codings() -> Vec<Row> {
    let bomb = gzip(&deflated_blanks(64 << 20), 64 << 20);
    let stored = gzip(&deflated(GREEN), GREEN.len());
    vec![
        row("a coding that is right", coded("gzip", &stored), CONFORMS),
        row("a bomb", coded("gzip", &bomb), unjudged("the decoded body has more than 16 MiB")),
        row(
            "a bomb in a bomb",
            coded("gzip, gzip", &gzip(&deflated(&bomb), bomb.len())),
            unjudged("the decoded body has more than 16 MiB"),
        ),
        row("a coding a hundred times", coded(&vec!["gzip"; 100].join(", "), &bomb), unjudged("of which 4 are undone")),
        row("a bomb by another name", coded("x-gzip", &bomb), unjudged("the decoded body has more than 16 MiB")),
        row(
            "a bomb without the coding",
            coded("deflate", &deflated_blanks(64 << 20)),
            unjudged("the decoded body has more than 16 MiB"),
        ),
        row("half a coding", coded("gzip", &bomb[..bomb.len() / 2]), unjudged("the decoded body has more than 16 MiB")),
        row("the beginning of a coding", coded("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"), violates("isn't gzip")),
        row("no coding at all", coded("gzip", GREEN), violates("isn't gzip")),
        row("a coding that is empty", coded("gzip", b""), violates("the body is empty")),
        row("a coding that nobody knows", coded("tea", GREEN), unjudged("the coding `tea`")),
        row(
            "a wrong checksum",
            coded("gzip", &[&stored[..stored.len() - 8], &[0; 8]].concat()),
            violates("isn't gzip"),
        ),
        row("more behind the coding", coded("gzip", &[&stored[..], b"tea"].concat()), violates("isn't gzip")),
    ]
}

/// A member of gzip (RFC 1952) around data that is compressed; its checksum is that of [`GREEN`], if anything's.
fn gzip(deflated: &[u8], length: usize) -> Vec<u8> {
    let checksum = GREEN.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    });
    let length = u32::try_from(length).expect("a length").to_le_bytes();
    [b"\x1f\x8b\x08\0\0\0\0\0\0\x03", deflated, &(!checksum).to_le_bytes(), &length].concat()
}

/// Data as it is, in blocks that aren't compressed (RFC 1951, section 3.2.4).
fn deflated(data: &[u8]) -> Vec<u8> {
    let blocks = data.chunks(usize::from(u16::MAX));
    let last = blocks.len();
    let mut deflated = Vec::new();
    for (index, block) in blocks.enumerate() {
        let length = u16::try_from(block.len()).expect("a short block");
        deflated.push(u8::from(index + 1 == last));
        deflated.extend(length.to_le_bytes());
        deflated.extend((!length).to_le_bytes());
        deflated.extend(block);
    }
    deflated
}

/// So many blanks, of which 258 become 13 bits (RFC 1951, section 3.2.6).
fn deflated_blanks(length: usize) -> Vec<u8> {
    let (mut deflated, mut bits, mut held) = (Vec::new(), 0u32, 0);
    // Codes begin with their highest bit, everything else with its lowest.
    let mut put = |code: u32, length: u32| {
        for bit in (0..length).rev() {
            held |= ((code >> bit) & 1) << bits;
            bits += 1;
            if bits == 8 {
                deflated.push(u8::try_from(held).expect("eight bits"));
                (held, bits) = (0, 0);
            }
        }
    };
    // The last block, with codes that are fixed; a blank; then a length of 258 at a distance of one, many times.
    put(0b1_10, 3);
    put(0x30 + u32::from(b' '), 8);
    for _ in 0..length / 258 {
        put(0b1100_0101, 8);
        put(0, 5);
    }
    put(0, 7);
    put(0, 7);
    deflated
}

pub(crate) fn json() -> Vec<Row> {
    let says = |body: &[u8]| Says(whole(body));
    let tea = |value: &str| Says(whole(format!("{{\"tea\":{value}}}").as_bytes()));
    let many = |one: &str| format!("[{}]", vec![one; 1_000_000].join(","));
    vec![
        row("arrays 10,000 deep", says("[".repeat(10_000).as_bytes()), DEEP),
        row(
            "arrays 1,000,000 deep and closed",
            says(("[".repeat(1_000_000) + &"]".repeat(1_000_000)).as_bytes()),
            DEEP,
        ),
        row("objects 10,000 deep", says("{\"a\":".repeat(10_000).as_bytes()), DEEP),
        row("a tea 10,000 deep", tea(&("[".repeat(10_000) + &"]".repeat(10_000))), DEEP),
        row("a million empty arrays", says(many("[]").as_bytes()), MANY),
        row("a million empty objects", says(many("{}").as_bytes()), MANY),
        row("a million numbers", says(many("1").as_bytes()), MANY),
        row("a million objects with members", says(many("{\"a\":1}").as_bytes()), MANY),
        row(
            "a hundred thousand names",
            says(
                format!("{{{}}}", (0..100_000).map(|n| format!("\"{n}\":{n}")).collect::<Vec<_>>().join(","))
                    .as_bytes(),
            ),
            violates("$.tea selects nothing"),
        ),
        row(
            "one name a hundred thousand times",
            says(format!("{{{}}}", vec!["\"tea\":\"green\""; 100_000].join(",")).as_bytes()),
            violates("stands twice"),
        ),
        row("one name twice", says(b"{\"tea\":\"green\",\"tea\":\"black\"}"), violates("stands twice")),
        row("a text of 8 MB", tea(&format!("\"{}\"", "a".repeat(8 << 20))), violates("`/tea` is not as expected")),
        row("a name of 1 MB", says(format!("{{\"{}\":1}}", "a".repeat(1 << 20)).as_bytes()), violates("")),
        row("10 MB of blanks", says(&vec![b' '; 10 << 20]), violates("not JSON")),
        row("blanks around", says(&[&vec![b'\n'; 1 << 20][..], GREEN, &vec![b'\t'; 1 << 20]].concat()), CONFORMS),
        row("a number beyond all bounds", tea("1e999999"), violates("")),
        row("a number below all bounds", tea("-1e999999"), violates("")),
        row("a number next to nothing", tea("1e-999999"), violates("")),
        row("a number of 100,000 digits", tea(&"9".repeat(100_000)), violates("")),
        row("a fraction of 100,000 digits", tea(&format!("0.{}", "3".repeat(100_000))), violates("")),
        row("an exponent of 100,000 digits", tea(&format!("1e{}", "9".repeat(100_000))), violates("")),
        row("a number with a nought before", tea("0123"), violates("not JSON")),
        row("NaN", tea("NaN"), violates("not JSON")),
        row("half a surrogate", tea("\"\\ud800\""), violates("")),
        row("surrogates the wrong way round", tea("\"\\udc00\\ud800\""), violates("")),
        row("nought escaped", tea("\"green\\u0000\""), violates("`/tea` is not as expected")),
        row("nought", says(b"{\"tea\":\"green\0\"}"), violates("not JSON")),
        row("no UTF-8", says(b"{\"tea\":\"gr\xfcn\"}"), violates("isn't UTF-8 from byte 10")),
        row("UTF-8 that is too long", says(b"{\"tea\":\"\xc0\xaf\"}"), violates("isn't UTF-8")),
        row("surrogates in UTF-8", says(b"{\"tea\":\"\xed\xa0\x80\"}"), violates("isn't UTF-8")),
        row(
            "UTF-16",
            says(&"{\"tea\":\"green\"}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
            violates(""),
        ),
        row("a byte order mark", says(&[b"\xef\xbb\xbf", GREEN].concat()), violates("byte order mark")),
        row("two values", says(&GREEN.repeat(2)), violates("more follows")),
        row("half a value", says(b"{\"tea\":\"gre"), violates("not JSON")),
        row("no value", says(b""), violates("the body is empty")),
        row("another value", says(b"null"), violates("")),
        row("single quotes", says(b"{'tea':'green'}"), violates("not JSON")),
        row("a comment", says(b"{\"tea\":\"green\"} // hot"), violates("more follows")),
        row("a comma too many", says(b"{\"tea\":\"green\",}"), violates("not JSON")),
    ]
}
