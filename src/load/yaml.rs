//! YAML files as trees whose every node knows its place. The only module that knows the YAML parser.

mod everyday;
mod spot;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Error, Location, Options, Spanned};

pub(super) use self::spot::Spot;
use crate::diagnostic::{Code, Diagnostic, Place, SourceFile};

/// A YAML value of a file and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node<'f> {
    pub(super) kind: Kind<'f>,
    pub(super) spot: Spot<'f>,
}

/// A YAML value. Numbers keep their spelling, since a header's `017` isn't 17. Texts are the file's own, where they stand
/// there as they are meant.
#[derive(Clone, Debug)]
pub(super) enum Kind<'f> {
    Null,
    Bool(bool),
    Number(serde_json::Number, &'f str),
    Text(Cow<'f, str>),
    List(Vec<Node<'f>>),
    Map(Vec<(Key<'f>, Node<'f>)>),
}

/// The key of a mapping and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Key<'f> {
    pub(super) text: Cow<'f, str>,
    pub(super) spot: Spot<'f>,
}

impl Key<'_> {
    pub(super) fn place(&self) -> Place {
        self.spot.place()
    }
}

impl Node<'_> {
    pub(super) fn place(&self) -> Place {
        self.spot.place()
    }

    /// The word for the type, for messages.
    pub(super) fn type_word(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Number(..) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }

    /// The text of a scalar as it was written; none for lists, mappings and nothing.
    pub(super) fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Number(_, spelling) => Some(spelling),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }
}

/// Reads one YAML document.
///
/// Every fault that leaves the tree readable is reported, and the tree given back all the same.
pub(super) fn parse<'f>(file: &'f Arc<SourceFile>, diagnostics: &mut Vec<Diagnostic>) -> Option<Node<'f>> {
    if let Some(tree) = everyday::read(file) {
        return Some(tree);
    }
    whole(file, diagnostics)
}

/// Reads a document whatever it holds.
fn whole<'f>(file: &'f Arc<SourceFile>, diagnostics: &mut Vec<Diagnostic>) -> Option<Node<'f>> {
    let raw = match serde_saphyr::from_str_with_options::<Spanned<Raw>>(&file.text, options()) {
        Ok(raw) => raw,
        Err(error) => {
            diagnostics.push(parse_error(file, error.without_snippet()));
            return None;
        }
    };
    Some(Tree { file, diagnostics }.node(raw))
}

fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        budget: serde_saphyr::budget! {
            max_depth: 64,
            max_nodes: 2_000_000,
            max_events: 8_000_000,
            max_total_scalar_bytes: 64 << 20,
            max_aliases: 10_000,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 200_000,
        },
    }
}

fn parse_error(file: &Arc<SourceFile>, error: &Error) -> Diagnostic {
    let place = error.location().map_or_else(|| Place::new(file, 0, 0), |location| place_of(file, location));
    let text = error.to_string();
    // The parser's own messages end in a position that stands in ours already.
    let message = match text.find(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text.clone(),
    };
    let several = text.contains("Documents {");
    let message = if several { "the file holds more than one document".to_owned() } else { message };
    let budget = ["budget", "alias replay", "recursion", "depth limit"].iter().any(|word| text.contains(word));
    if budget && !several {
        Diagnostic::at(Code::TooLarge, &place, format!("the file grows beyond bounds: {message}"))
    } else {
        Diagnostic::at(Code::InvalidYaml, &place, format!("not YAML: {message}"))
    }
}

fn place_of(file: &Arc<SourceFile>, location: Location) -> Place {
    let span = location.span();
    if let (Some(start), Some(length)) = (span.byte_offset(), span.byte_len()) {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        Place::new(file, start, start.saturating_add(usize::try_from(length).unwrap_or(0)))
    } else {
        let line = usize::try_from(location.line()).unwrap_or(1).max(1);
        let column = usize::try_from(location.column()).unwrap_or(1).max(1);
        let line_start = file.text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
        let in_line = file.text[line_start.min(file.text.len())..].chars().take(column - 1).map(char::len_utf8);
        let start = line_start + in_line.sum::<usize>();
        Place::new(file, start, start + 1)
    }
}

/// A value as the parser gives it, before places are worked out.
enum Raw {
    Null,
    Bool(bool),
    Integer(serde_json::Number),
    Float(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Float(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

struct Tree<'a, 'f> {
    file: &'f Arc<SourceFile>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'f> Tree<'_, 'f> {
    fn node(&mut self, raw: Spanned<Raw>) -> Node<'f> {
        let place = place_of(self.file, raw.referenced);
        let kind = match raw.value {
            Raw::Null => Kind::Null,
            Raw::Bool(value) => Kind::Bool(value),
            Raw::Integer(number) => Kind::Number(number, self.spelling(&place_of(self.file, raw.defined))),
            Raw::Float(value) => self.float(value, &place_of(self.file, raw.defined)),
            Raw::Text(text) => Kind::Text(text.into()),
            Raw::List(items) => Kind::List(items.into_iter().map(|item| self.node(item)).collect()),
            Raw::Map(entries) => Kind::Map(self.entries(entries)),
        };
        Node { kind, spot: Spot::of(self.file, &place) }
    }

    fn spelling(&self, place: &Place) -> &'f str {
        &self.file.text[place.start()..place.end()]
    }

    fn float(&mut self, value: f64, defined: &Place) -> Kind<'f> {
        let spelling = self.spelling(defined).trim();
        if spelling.trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit()) {
            self.diagnostics.push(
                Diagnostic::at(Code::UnquotedInteger, defined, format!("`{spelling}` doesn't fit into 64 bits"))
                    .label("would lose digits")
                    .help(format!("put it in quotes: \"{spelling}\"")),
            );
        }
        match serde_json::Number::from_f64(value) {
            Some(number) => Kind::Number(number, spelling),
            None => Kind::Text(spelling.into()),
        }
    }

    fn entries(&mut self, entries: Vec<(Spanned<String>, Spanned<Raw>)>) -> Vec<(Key<'f>, Node<'f>)> {
        let mut seen: std::collections::HashMap<String, Place> = std::collections::HashMap::new();
        let mut kept = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let place = place_of(self.file, key.referenced);
            let node = self.node(value);
            if let Some(first) = seen.get(&key.value) {
                self.diagnostics.push(
                    Diagnostic::at(Code::DuplicateKey, &place, format!("the key `{}` stands here twice", key.value))
                        .label("again")
                        .related(first, "first here"),
                );
            } else {
                seen.insert(key.value.clone(), place.clone());
                kept.push((Key { text: key.value.into(), spot: Spot::of(self.file, &place) }, node));
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Arc<SourceFile> {
        Arc::new(SourceFile::new("a.yaml", text))
    }

    fn parsed(file: &Arc<SourceFile>) -> (Option<Node<'_>>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let node = parse(file, &mut diagnostics);
        (node, diagnostics)
    }

    #[test]
    fn what_would_be_lost_is_an_error() {
        let bomb = format!(
            "a: &a [x,x,x,x,x,x,x,x,x]\n{}",
            (b'b'..b'k').fold(String::new(), |text, c| {
                let (now, before) = (c as char, (c - 1) as char);
                let nine = vec![format!("*{before}"); 9].join(",");
                text + &format!("{now}: &{now} [{nine}]\n")
            })
        );
        for (text, code, place) in [
            ("a: 1\nb: 2\na: 3\n", Code::DuplicateKey, "a.yaml:3:1"),
            ("a: 18446744073709551616\n", Code::UnquotedInteger, "a.yaml:1:4"),
            ("a: [1, 2\nb: 3\n", Code::InvalidYaml, ""),
            ("a: !secret b\n", Code::InvalidYaml, ""),
            (&"[".repeat(10_000), Code::TooLarge, ""),
            (&bomb, Code::TooLarge, ""),
            ("a: 1\n---\nb: 2\n", Code::InvalidYaml, ""),
        ] {
            let file = read(text);
            let (_, diagnostics) = parsed(&file);
            let shown: String = text.chars().take(40).collect();
            assert_eq!(diagnostics.first().map(|d| d.code), Some(code), "{shown}: {diagnostics:?}");
            let at = diagnostics[0].place.as_ref().expect("a place").to_string();
            assert!(place.is_empty() || at == place, "{shown}: {at}");
        }
    }

    #[test]
    fn scalars_keep_their_spelling() {
        for (text, spelling) in
            [("017", "017"), ("1_000", "1_000"), ("no", "no"), ("2", "2"), ("true", "true"), ("1.50", "1.50")]
        {
            let file = read(text);
            let (node, diagnostics) = parsed(&file);
            assert_eq!(node.expect("a node").scalar(), Some(spelling), "{diagnostics:?}");
        }
        let file = read("18446744073709551615");
        let (node, _) = parsed(&file);
        assert!(matches!(node.expect("a node").kind, Kind::Number(number, _) if number.as_u64() == Some(u64::MAX)));
    }

    #[test]
    fn every_duplicate_is_reported() {
        let file = read("a: 1\na: 2\nb: {c: 1, c: 2}\n");
        let (_, diagnostics) = parsed(&file);
        assert_eq!(diagnostics.len(), 2);
    }
}
