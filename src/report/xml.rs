//! XML written element by element, each on a line of its own. Written straight into a text: by way of the events of a
//! library, a report of 5,000 cases took nearly three times as many instructions.

use std::borrow::Cow;

use quick_xml::escape::escape;

/// What begins a document in UTF-8.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// How much further right an inner element stands, in columns.
const INDENT: usize = 2;

/// The end of a line, and what stands before the innermost element.
const INDENTED: &str = "\n        ";

/// The beginning of an element that stands so deep, without its end.
pub(super) fn begin<'x>(text: &'x mut String, depth: usize, name: &str) -> Tag<'x> {
    text.push_str(&INDENTED[..=depth * INDENT]);
    text.push('<');
    text.push_str(name);
    Tag(text)
}

/// The end of an element that stands so deep and has others in it.
pub(super) fn end(text: &mut String, depth: usize, name: &str) {
    begin(text, depth, "").0.push('/');
    text.push_str(name);
    text.push('>');
}

/// The beginning of an element, whose end isn't written yet.
#[must_use]
pub(super) struct Tag<'x>(&'x mut String);

impl Tag<'_> {
    /// An attribute. Its value may hold anything that is a character of XML.
    pub(super) fn with(self, name: &str, value: &str) -> Self {
        self.attribute(name, |text| text.push_str(&escaped(value)))
    }

    /// An attribute with a number.
    pub(super) fn with_number(self, name: &str, value: usize) -> Self {
        self.attribute(name, |text| text.push_str(itoa::Buffer::new().format(value)))
    }

    /// An attribute with a duration, given in microseconds and written in seconds.
    pub(super) fn with_seconds(self, name: &str, microseconds: u64) -> Self {
        const SECOND: u64 = 1_000_000;
        self.attribute(name, |text| {
            text.push_str(itoa::Buffer::new().format(microseconds / SECOND));
            text.push('.');
            // One more, so that all digits of the rest are written.
            text.push_str(&itoa::Buffer::new().format(microseconds % SECOND + SECOND)[1..]);
        })
    }

    fn attribute(self, name: &str, value: impl FnOnce(&mut String)) -> Self {
        self.0.push(' ');
        self.0.push_str(name);
        self.0.push_str("=\"");
        value(self.0);
        self.0.push('"');
        self
    }

    /// An element with others in it.
    pub(super) fn open(self) {
        self.0.push('>');
    }

    /// An element with nothing in it.
    pub(super) fn empty(self) {
        self.0.push_str("/>");
    }

    /// An element of this name with nothing but a text in it.
    pub(super) fn around(self, text: &str, name: &str) {
        self.0.push('>');
        self.0.push_str(&escape(text));
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }
}

/// A value for an attribute, where a reader takes a tab or the end of a line for a blank (XML 1.0, section 3.3.3).
fn escaped(value: &str) -> Cow<'_, str> {
    // Without a branch for each byte; nearly all values have none of these.
    let is_odd = |byte: u8| byte < b' ' || matches!(byte, b'"' | b'&' | b'\'' | b'<' | b'>');
    if !value.bytes().fold(false, |odd, byte| odd | is_odd(byte)) {
        return Cow::Borrowed(value);
    }
    let escaped = escape(value);
    if escaped.bytes().any(|byte| matches!(byte, b'\t' | b'\n')) {
        return Cow::Owned(escaped.replace('\t', "&#9;").replace('\n', "&#10;"));
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let odd = "<a b=\"c\"> & 'd'\t\n\r\u{e9}";
        let mut text = DECLARATION.to_owned();
        begin(&mut text, 0, "all").with("odd", odd).with_number("count", 3).with_seconds("time", 2_000_305).open();
        begin(&mut text, 1, "one").empty();
        begin(&mut text, 1, "two").around(odd, "two");
        end(&mut text, 0, "all");
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <all odd=\"&lt;a b=&quot;c&quot;&gt; &amp; &apos;d&apos;&#9;&#10;&#13;\u{e9}\" count=\"3\" time=\"2.000305\">\n  \
             <one/>\n  \
             <two>&lt;a b=&quot;c&quot;&gt; &amp; &apos;d&apos;\t\n&#13;\u{e9}</two>\n\
             </all>"
        );
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut values = Vec::new();
        loop {
            match reader.read_event().expect("XML") {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(element) => {
                    for attribute in element.attributes() {
                        let value = attribute
                            .expect("an attribute")
                            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                            .expect("a value");
                        values.push(value.into_owned());
                    }
                }
                _ => {}
            }
        }
        assert_eq!(values, [odd, "3", "2.000305"]);
    }
}
