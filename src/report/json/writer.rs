//! JSON written straight into room in memory, the same as `serde_json` writes without blanks. It looks at each byte of a
//! text and of a name, of which a trial has fifty: a report of 5,000 cases took four times as many instructions.

use serde::Serialize;
use serde::ser::{self, Error as _};
use serde_json::{Error, Result};

use crate::report::special::has_special;

/// Writes a value behind what is there already.
///
/// # Errors
/// The value says of itself that it can't be written, or is a map with names that aren't texts.
pub(in crate::report) fn write(text: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> Result<()> {
    value.serialize(Writer(text))
}

struct Writer<'t>(&'t mut Vec<u8>);

/// A list or an object that was begun.
struct Members<'t> {
    text: &'t mut Vec<u8>,
    is_first: bool,
    end: &'static [u8],
}

impl<'t> Writer<'t> {
    /// As the library writes it.
    fn plain(self, value: impl Serialize) -> Result<()> {
        serde_json::to_writer(self.0, &value)
    }

    fn begin(self, begin: u8, end: &'static [u8]) -> Members<'t> {
        self.0.push(begin);
        Members { text: self.0, is_first: true, end }
    }

    /// The same within an object that has but this one member.
    fn begin_variant(self, variant: &str, begin: u8, end: &'static [u8]) -> Members<'t> {
        self.0.push(b'{');
        string(self.0, variant);
        self.0.push(b':');
        self.begin(begin, end)
    }
}

impl Members<'_> {
    #[inline]
    fn next(&mut self) {
        if !self.is_first {
            self.text.push(b',');
        }
        self.is_first = false;
    }

    /// An item of a list.
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.next();
        write(self.text, value)
    }

    /// A member whose name is one of Rust, which has nothing to be escaped.
    #[inline]
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        self.next();
        self.text.push(b'"');
        self.text.extend_from_slice(name.as_bytes());
        self.text.extend_from_slice(b"\":");
        write(self.text, value)
    }

    fn finish(self) {
        self.text.extend_from_slice(self.end);
    }
}

/// A text in quotes (RFC 8259, section 7).
fn string(text: &mut Vec<u8>, value: &str) {
    text.reserve(value.len() + 2);
    text.push(b'"');
    if has_special(value.as_bytes(), [b'"', b'\\']) {
        value.as_bytes().chunks(TOGETHER).for_each(|bytes| escaped(text, bytes));
    } else {
        text.extend_from_slice(value.as_bytes());
    }
    text.push(b'"');
}

/// So many bytes are escaped at once.
const TOGETHER: usize = 32;

/// The longest way in which a byte is written: `\u001f`.
const LONGEST: usize = 6;

/// Whether a backslash stands before a byte, and what is written of it.
const LETTERS: [(bool, u8); 256] = {
    let mut letters = [(false, 0); 256];
    let mut byte = 0;
    while byte < letters.len() {
        #[expect(clippy::cast_possible_truncation, reason = "a byte")]
        let itself = byte as u8;
        letters[byte] = match itself {
            b'"' | b'\\' => (true, itself),
            8 => (true, b'b'),
            b'\t' => (true, b't'),
            b'\n' => (true, b'n'),
            12 => (true, b'f'),
            b'\r' => (true, b'r'),
            ..b' ' => (true, b'u'),
            _ => (false, itself),
        };
        byte += 1;
    }
    letters
};

/// Bytes with what must be escaped. A text of JSON has a quote in every few: whatever decides by a branch decides wrongly.
fn escaped(text: &mut Vec<u8>, bytes: &[u8]) {
    let mut room = [0; TOGETHER * LONGEST];
    let mut length = 0;
    for &byte in bytes {
        let (is_escaped, letter) = LETTERS[usize::from(byte)];
        room[length] = b'\\';
        length += usize::from(is_escaped);
        room[length] = letter;
        length += 1;
        if is_escaped && letter == b'u' {
            let hex = |digit: u8| b"0123456789abcdef"[usize::from(digit)];
            room[length..length + 4].copy_from_slice(&[b'0', b'0', hex(byte >> 4), hex(byte & 0xf)]);
            length += 4;
        }
    }
    text.extend_from_slice(&room[..length]);
}

/// What is written as the library writes it.
macro_rules! plain {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(fn $method(self, value: $type) -> Result<()> { self.plain(value) })*
    };
}

impl<'t> ser::Serializer for Writer<'t> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Members<'t>;
    type SerializeTuple = Members<'t>;
    type SerializeTupleStruct = Members<'t>;
    type SerializeTupleVariant = Members<'t>;
    type SerializeMap = Members<'t>;
    type SerializeStruct = Members<'t>;
    type SerializeStructVariant = Members<'t>;

    plain! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_f32: f32, serialize_f64: f64, serialize_char: char, serialize_bytes: &[u8],
    }

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<()> {
        string(self.0, value);
        Ok(())
    }

    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        let mut object = self.begin(b'{', b"}");
        object.field(variant, value)?;
        ser::SerializeStruct::end(object)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Members<'t>> {
        Ok(self.begin(b'[', b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Members<'t>> {
        Ok(self.begin(b'[', b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Members<'t>> {
        Ok(self.begin(b'[', b"]"))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Members<'t>> {
        Ok(self.begin_variant(variant, b'[', b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'t>> {
        Ok(self.begin(b'{', b"}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members<'t>> {
        Ok(self.begin(b'{', b"}"))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Members<'t>> {
        Ok(self.begin_variant(variant, b'{', b"}}"))
    }
}

/// What is begun and ended alike, whatever serde calls it.
macro_rules! members {
    ($($trait:ident: $method:ident($($name:ident)?) as $as:ident),* $(,)?) => {
        $(impl ser::$trait for Members<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, $($name: &'static str,)? value: &T) -> Result<()> {
                self.$as($($name,)? value)
            }

            fn end(self) -> Result<()> {
                self.finish();
                Ok(())
            }
        })*
    };
}

members! {
    SerializeSeq: serialize_element() as item,
    SerializeTuple: serialize_element() as item,
    SerializeTupleStruct: serialize_field() as item,
    SerializeTupleVariant: serialize_field() as item,
    SerializeStruct: serialize_field(name) as field,
    SerializeStructVariant: serialize_field(name) as field,
}

impl ser::SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<()> {
        self.next();
        let start = self.text.len();
        write(self.text, name)?;
        if self.text[start] == b'"' { Ok(()) } else { Err(Error::custom("a name must be a text")) }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.text.push(b':');
        write(self.text, value)
    }

    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn written(value: &impl Serialize) -> String {
        let mut text = Vec::new();
        write(&mut text, value).expect("written");
        String::from_utf8(text).expect("UTF-8")
    }

    proptest! {
        #[test]
        fn a_value_is_written_as_the_library_writes_it(value in value()) {
            prop_assert_eq!(written(&value), value.to_string());
        }

        #[test]
        fn so_is_a_text(text in "(?s)[ -~\\x00-\\x1f\"\\\\é😀\u{2028}]{0,80}") {
            prop_assert_eq!(written(&text), serde_json::to_string(&text)?);
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (0..9_999_999_u32).prop_map(|number| Value::from(f64::from(number) / 1000.0)),
            ".{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(".{0,9}", inner, 0..6).prop_map(|members| json!(members)),
            ]
        })
    }

    #[test]
    fn so_is_whatever_else_rust_has() {
        #[derive(Serialize)]
        enum Shape {
            Unit,
            New(u8),
            Pair(i32, f32),
            Named { a: char, b: Option<bool> },
        }
        #[derive(Serialize)]
        struct Wrapped(&'static str);
        #[derive(Serialize)]
        struct Pair(u16, ());
        #[derive(Serialize)]
        struct Empty;
        #[derive(Serialize)]
        struct All {
            #[serde(flatten)]
            inner: BTreeMap<&'static str, Wrapped>,
            shapes: Vec<Shape>,
            pair: Pair,
            empty: Empty,
            #[serde(skip_serializing_if = "Option::is_none")]
            none: Option<u8>,
            large: (u128, i128, [u8; 0]),
        }
        let all = All {
            inner: [("x", Wrapped("\u{7}\u{1f}\u{8}\u{c}\r\n\t\"\\/\u{7f}"))].into(),
            shapes: vec![Shape::Unit, Shape::New(1), Shape::Pair(-1, 0.5), Shape::Named { a: '"', b: None }],
            pair: Pair(7, ()),
            empty: Empty,
            none: None,
            large: (u128::MAX, i128::MIN, []),
        };
        assert_eq!(written(&all), serde_json::to_string(&all).expect("written"));
    }

    #[test]
    fn a_name_that_is_no_text_is_an_error() {
        assert!(write(&mut Vec::new(), &BTreeMap::from([(1, 2)])).is_err());
    }
}
