//! The rules by which one end of a connection knows where an answer begins and ends, and answers that break them.

use std::fmt;

crate::diagnostic::explained! {
    /// A way of breaking the framing of HTTP/1.1. Its slug is stable.
    FramingFault {
        DifferentLengths "different-lengths"
            "Content-Length is given more than once with different values, so that nobody knows where the answer ends (RFC 9112, section 6.3)."
        InvalidLength "invalid-length"
            "Content-Length is no decimal number of bytes (RFC 9110, section 8.6)."
        LengthAndCoding "length-and-coding"
            "Content-Length stands beside Transfer-Encoding, by which answers are smuggled past intermediaries (RFC 9112, section 6.2)."
        LengthWithoutContent "length-without-content"
            "An interim answer or a 204 has Content-Length (RFC 9110, section 8.6)."
        CodingWithoutContent "coding-without-content"
            "An interim answer or a 204 has Transfer-Encoding (RFC 9112, section 6.1)."
        ChunkedTwice "chunked-twice"
            "The coding `chunked` is applied more than once (RFC 9112, section 6.1)."
        UnexpectedContent "unexpected-content"
            "Bytes follow the head of an answer that has no content: of one to HEAD, of a 204 or of a 304 (RFC 9112, section 6.3)."
        SurplusBytes "surplus-bytes"
            "Bytes follow the end of the answer, which the next answer on the connection would be taken to begin with (RFC 9112, section 6.3)."
        CutShort "cut-short"
            "The connection ended, or nothing more came, before as many bytes as Content-Length says (RFC 9112, section 8)."
        ChunksCutShort "chunks-cut-short"
            "The connection ended, or nothing more came, before the last chunk (RFC 9112, section 8)."
        ChunkSize "chunk-size"
            "The size of a chunk is no hexadecimal number (RFC 9112, section 7.1)."
        ChunkEnd "chunk-end"
            "A chunk doesn't end with CRLF where its size says (RFC 9112, section 7.1)."
        TrailerField "trailer-field"
            "A field that frames the message stands in the trailers (RFC 9110, section 6.5.1)."
        StatusLine "status-line"
            "The status line isn't of the form `HTTP/1.1 200 OK`, with single spaces (RFC 9112, section 4)."
        BareLf "bare-lf"
            "A line of the head ends with LF and not with CRLF (RFC 9112, section 2.2)."
        BareCr "bare-cr"
            "A CR stands within a line of the head (RFC 9112, section 2.2)."
        FoldedField "folded-field"
            "A field goes on in a second line, which has been obsolete for long (RFC 9112, section 5.2)."
        SpaceBeforeColon "space-before-colon"
            "A blank stands between the name of a field and its colon (RFC 9112, section 5.1)."
        InvalidField "invalid-field"
            "A field has no name, a name with characters that no name has, or control characters in its value (RFC 9110, section 5)."
    }
}

impl FramingFault {
    /// The section that is broken, such as `RFC 9112, section 6.3`.
    #[must_use]
    pub fn source(self) -> &'static str {
        let text = self.explanation();
        text.rfind('(').map_or("", |at| text[at + 1..].trim_end_matches(").").trim_end_matches(')'))
    }
}

/// A framing rule that an answer breaks, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misframed {
    /// The rule.
    pub fault: FramingFault,
    /// What was seen: a fragment in lower case.
    pub seen: String,
}

impl fmt::Display for Misframed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.seen, self.fault.source())
    }
}

/// The framing rules that an answer breaks, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Misframings(Vec<Misframed>);

impl Misframings {
    /// Notes a fault, of each kind the first.
    pub fn note(&mut self, fault: FramingFault, seen: impl Into<String>) {
        if !self.0.iter().any(|known| known.fault == fault) {
            self.0.push(Misframed { fault, seen: seen.into() });
        }
    }

    /// All of them, in the order in which they were seen.
    pub fn iter(&self) -> impl Iterator<Item = &Misframed> {
        self.0.iter()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Misframings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, one) in self.0.iter().enumerate() {
            write!(formatter, "{}{one}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_names_the_section_that_it_breaks() {
        for fault in FramingFault::ALL {
            assert!(fault.source().starts_with("RFC 91") && fault.source().contains(", section "), "{fault:?}");
        }
    }
}
