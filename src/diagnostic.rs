//! Faults in our input files, with the place they stand at.
//!
//! A diagnostic speaks of a contract, a target file or the command line, never of a server.

mod code;
mod explained;
mod render;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use code::Code;
pub(crate) use explained::explained;
pub use render::{Style, render, render_all, snippet};

/// A text file that was read, kept so that diagnostics and findings can quote it.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the folder of the contract, with `/` between the parts.
    pub path: String,
    /// The whole text.
    pub text: Cow<'static, str>,
    /// Where lines begin, worked out when a place is first asked for its line.
    lines: OnceLock<Vec<usize>>,
}

impl SourceFile {
    /// A file at `path`, with this text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self::of(path, Cow::Owned(text.into()))
    }

    /// The same with a text that may be part of the program.
    pub fn of(path: impl Into<String>, text: Cow<'static, str>) -> Self {
        Self { path: path.into(), text, lines: OnceLock::new() }
    }

    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(newlines.map(|newline| newline + 1)).collect()
        })
    }
}

impl SourceFile {
    /// The file with a star in the stead of every byte of these ranges, but for the ends of lines: what must not be
    /// shown is gone, and everything else stands where it stood.
    #[must_use]
    pub fn dotted(&self, ranges: impl IntoIterator<Item = Range<usize>>) -> Self {
        let mut bytes = self.text.clone().into_owned().into_bytes();
        for range in ranges {
            bytes[range].iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b'*');
        }
        Self::new(self.path.clone(), String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A range of bytes in a [`SourceFile`].
#[derive(Clone)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    // Every node of every file has a place, and no file is larger than what these count to.
    start: u32,
    end: u32,
}

impl Place {
    /// The place from `start` to `end`, moved inwards to character boundaries of the file.
    #[must_use]
    pub fn new(file: &Arc<SourceFile>, start: usize, end: usize) -> Self {
        let text = &file.text;
        let start = text.floor_char_boundary(start.min(text.len()));
        let end = text.floor_char_boundary(end.clamp(start, text.len()));
        let counted = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file: Arc::clone(file), start: counted(start), end: counted(end) }
    }

    /// The first byte.
    #[must_use]
    pub fn start(&self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    #[must_use]
    pub fn end(&self) -> usize {
        self.end as usize
    }

    /// The text at this place.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.file.text[self.start()..self.end()]
    }

    /// Line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.file.lines().partition_point(|begin| *begin <= self.start())
    }

    /// Column in characters, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        let begin = self.file.lines()[self.line() - 1];
        self.file.text[begin..self.start()].chars().count() + 1
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file.path, self.line(), self.column())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// One fault in an input file or on the command line.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// What kind of fault, known to `probity explain`.
    pub code: Code,
    /// One line: a fragment in lower case, user text in backticks.
    pub message: String,
    /// Where, when it stands in a file.
    pub place: Option<Place>,
    /// What is said under the caret.
    pub label: String,
    /// A second place that explains the first, and what is said there.
    pub related: Option<(Place, String)>,
    /// What to type instead.
    pub help: Option<String>,
    /// Text that would mend it, put in the stead of what stands at `place`.
    pub replacement: Option<String>,
}

impl Diagnostic {
    /// A diagnostic at a place.
    pub fn at(code: Code, place: &Place, message: impl Into<String>) -> Self {
        Self { place: Some(place.clone()), ..Self::bare(code, message) }
    }

    /// A diagnostic of something that has no place in a file, such as an unreadable folder.
    pub fn bare(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            place: None,
            label: String::new(),
            related: None,
            help: None,
            replacement: None,
        }
    }

    /// Says something under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, place: &Place, label: impl Into<String>) -> Self {
        self.related = Some((place.clone(), label.into()));
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Proposes the nearest of `known` for the mistyped `word` at this diagnostic's place, or lists what is known.
    #[must_use]
    pub fn suggest<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(word, &known) {
            Some(near) => {
                let at_word = self.place.as_ref().is_some_and(|place| place.text() == word);
                let replacement = at_word.then(|| near.to_owned());
                Self { replacement, ..self.help(format!("did you mean `{near}`?")) }
            }
            None if known.is_empty() => self,
            None => {
                let shown: Vec<String> = known.iter().take(12).map(|name| format!("`{name}`")).collect();
                let more = known.len().saturating_sub(12);
                let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
                self.help(format!("known here: {}{tail}", shown.join(", ")))
            }
        }
    }
}

/// The candidate that `word` was most likely meant to be, if one is near enough.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    candidates
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), *candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count().max(word.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_typos_only() {
        let known = ["status", "headers", "schema"];
        for (word, expected) in
            [("statsu", Some("status")), ("Header", Some("headers")), ("shema", Some("schema")), ("banana", None)]
        {
            assert_eq!(nearest(word, &known), expected, "{word}");
        }
    }

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let file = Arc::new(SourceFile::new("suites/a.yaml", "é: 1\nab: c\n"));
        let start = file.text.find('c').expect("the text has a c");
        assert_eq!(Place::new(&file, start, start + 1).to_string(), "suites/a.yaml:2:5");
        assert_eq!(Place::new(&file, 3, 4).to_string(), "suites/a.yaml:1:3");
        assert_eq!(Place::new(&file, 900, 901).text(), "");
    }
}
