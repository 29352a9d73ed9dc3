//! Finds secrets in the ways in which they are written without an escape.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::SHORTEST;

/// Shorter beginnings of base64 are compared with upper and lower case: they would be found by chance.
const LONG: usize = 12;

/// One way in which a secret is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Form {
    text: Vec<u8>,
    /// In base64: whether a character before and one after have some of its bits.
    shares: Option<(bool, bool)>,
}

/// Some secrets, and each way in which they are searched for, which is worked out when a text is searched for the first
/// time: most runs show nothing that has to be.
pub(super) struct Finder {
    /// In order, each once.
    texts: Vec<String>,
    /// Whether one has several spaces in it.
    pub(super) spaced: bool,
    ways: OnceLock<Ways>,
    automaton: OnceLock<Option<AhoCorasick>>,
    ends: OnceLock<Ends>,
}

/// Each way in which secrets are written, in order.
struct Ways {
    forms: Vec<Form>,
    /// The length of the longest one, in bytes.
    longest: usize,
}

impl Ways {
    fn of(mut forms: Vec<Form>) -> Self {
        forms.sort();
        forms.dedup();
        let longest = forms.iter().map(|form| form.text.len()).max().unwrap_or(0);
        Self { forms, longest }
    }
}

/// Which of the ways of writing begin with each byte, and which end with it, in lower case.
struct Ends {
    first: Vec<Vec<usize>>,
    last: Vec<Vec<usize>>,
}

impl Ends {
    fn of(forms: &[Form]) -> Self {
        let mut ends = Self { first: vec![Vec::new(); 256], last: vec![Vec::new(); 256] };
        for (index, form) in forms.iter().enumerate() {
            if let [first, .., last] = &*form.text {
                ends.first[usize::from(first.to_ascii_lowercase())].push(index);
                ends.last[usize::from(last.to_ascii_lowercase())].push(index);
            }
        }
        ends
    }
}

impl Finder {
    pub(super) fn of(mut texts: Vec<String>) -> Self {
        texts.sort();
        texts.dedup();
        let spaced = texts.iter().any(|text| text.matches(' ').count() > 1);
        Self { texts, spaced, ways: OnceLock::new(), automaton: OnceLock::new(), ends: OnceLock::new() }
    }

    /// One for all that these find.
    pub(super) fn joined(finders: &[Arc<Self>]) -> Self {
        let joined = Self::of(finders.iter().flat_map(|finder| finder.texts.iter().cloned()).collect());
        let known: Option<Vec<&Ways>> = finders.iter().map(|finder| finder.ways.get()).collect();
        if let Some(known) = known {
            let ways = Ways::of(known.iter().flat_map(|ways| ways.forms.iter().cloned()).collect());
            return Self { ways: ways.into(), ..joined };
        }
        joined
    }

    /// Whether the whole text is one of the secrets, as it was told.
    pub(super) fn is_one(&self, text: &str) -> bool {
        self.texts.binary_search_by(|known| known.as_str().cmp(text)).is_ok()
    }

    /// How many secrets it finds.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    fn ways(&self) -> &Ways {
        self.ways.get_or_init(|| Ways::of(self.texts.iter().flat_map(|text| forms(text)).collect()))
    }

    fn forms(&self) -> &[Form] {
        &self.ways().forms
    }

    /// The length of the longest way of writing one, in bytes.
    pub(super) fn longest(&self) -> usize {
        self.ways().longest
    }

    fn automaton(&self) -> Option<&AhoCorasick> {
        let build = || {
            let mut builder = AhoCorasick::builder();
            builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::ContiguousNFA));
            // Only billions of texts are too many for it.
            builder.build(self.forms().iter().map(|form| &form.text)).ok()
        };
        self.automaton.get_or_init(build).as_ref()
    }

    /// Adds where secrets stand in a text.
    pub(super) fn find(&self, text: &[u8], found: &mut Vec<Range<usize>>) {
        let Some(automaton) = self.automaton() else { return };
        let forms = self.forms();
        for hit in automaton.find_overlapping_iter(text) {
            let form = &forms[hit.pattern().as_usize()];
            let span = hit.range();
            match form.shares {
                None => found.push(span),
                Some(shares) if form.text.len() >= LONG || text[span.clone()] == form.text => {
                    found.push(with_shared(text, &span, shares));
                }
                Some(_) => {}
            }
        }
    }

    fn ends(&self) -> &Ends {
        self.ends.get_or_init(|| Ends::of(self.forms()))
    }

    /// The longest beginning of a secret that a text ends with, in bytes.
    pub(super) fn begun_at_end(&self, text: &[u8]) -> Option<usize> {
        let most = text.len().min(self.longest().saturating_sub(1));
        (SHORTEST..=most).rev().find(|length| {
            let end = &text[text.len() - length..];
            let begun = |form: &[u8]| form.get(..*length).is_some_and(|begin| begin.eq_ignore_ascii_case(end));
            let forms = &self.ends().first[usize::from(end[0].to_ascii_lowercase())];
            forms.iter().map(|index| &*self.forms()[*index].text).any(|form| form.len() > *length && begun(form))
        })
    }

    /// The longest end of a secret that a text begins with, in bytes.
    pub(super) fn ended_at_beginning(&self, text: &[u8]) -> Option<usize> {
        let most = text.len().min(self.longest().saturating_sub(1));
        (SHORTEST..=most).rev().find(|length| {
            let begin = &text[..*length];
            let ended = |form: &[u8]| form[form.len() - length..].eq_ignore_ascii_case(begin);
            let forms = &self.ends().last[usize::from(begin[length - 1].to_ascii_lowercase())];
            forms.iter().map(|index| &*self.forms()[*index].text).any(|form| form.len() > *length && ended(form))
        })
    }
}

/// With the characters before and after that have some of its bits, and the padding.
fn with_shared(text: &[u8], span: &Range<usize>, (first, last): (bool, bool)) -> Range<usize> {
    let of_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let before = usize::from(first && text[..span.start].last().is_some_and(of_base64));
    let after = usize::from(last && text.get(span.end).is_some_and(of_base64));
    let padding = text[span.end + after..].iter().take(2).take_while(|byte| **byte == b'=').count();
    span.start - before..span.end + after + padding
}

/// A text as it stands, in the case that Unicode gives it, with `+` for spaces and without them, as in a JSON Pointer, in hexadecimal and
/// in base64.
fn forms(text: &str) -> Vec<Form> {
    let bytes = text.as_bytes();
    let mut plain = vec![text.to_owned()];
    if text.contains(' ') {
        plain.extend([text.replace(' ', "+"), text.replace(' ', "")]);
    }
    if text.contains(['~', '/']) {
        plain.push(text.replace('~', "~0").replace('/', "~1"));
    }
    if !text.is_ascii() {
        plain.extend([text.to_lowercase(), text.to_uppercase()]);
        // What is left of it in another character set, where bytes that are no UTF-8 aren't seen.
        plain.push(text.chars().filter(char::is_ascii).collect());
    }
    let mut plain: Vec<Vec<u8>> = plain.into_iter().map(String::into_bytes).collect();
    if !text.is_ascii() {
        // What base64 may hold.
        plain.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        plain.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        plain.extend(text.chars().map(|letter| u8::try_from(letter).ok()).collect::<Option<Vec<u8>>>());
    }
    plain.extend([None, Some(b':'), Some(b' ')].map(|between| hexadecimal(bytes, between)));
    let plain = plain.into_iter().filter(|text| text.len() >= SHORTEST).map(|text| Form { text, shares: None });
    plain
        .chain([STANDARD_NO_PAD, URL_SAFE_NO_PAD].iter().flat_map(|alphabet| {
            // A group of three bytes may begin before the text; only the characters that nothing else decides are searched.
            (0..3).map(move |before| {
                let coded = alphabet.encode([&[0; 2][..before], bytes, &[0; 2]].concat());
                let (begin, end) = (8 * before, 8 * (before + bytes.len()));
                let shares = Some((begin % 6 != 0, end % 6 != 0));
                Form { text: coded.as_bytes()[begin.div_ceil(6)..end / 6].to_vec(), shares }
            })
        }))
        .collect()
}

/// Two digits for each byte; formatting them one by one was half of what all ways of writing cost.
fn hexadecimal(bytes: &[u8], between: Option<u8>) -> Vec<u8> {
    let digit = |number: u8| b"0123456789abcdef"[usize::from(number)];
    let mut text = Vec::with_capacity(bytes.len() * 3);
    for byte in bytes {
        text.extend_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
        text.extend(between);
    }
    text.truncate(text.len().saturating_sub(usize::from(between.is_some())));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_ends_or_begins_with_is_found_as_if_everything_was_compared() {
        let finder = Finder::of(vec!["token-of-Ann-5f1c".into(), "toktok tok tok".into(), "kotkotkot~/".into()]);
        let compared = |text: &[u8], at_end: bool| {
            let lengths = |form: &Form| {
                let whole = form.text.clone();
                let parts = (SHORTEST..whole.len()).filter(move |length| {
                    let (part, other) = if at_end {
                        (&whole[..*length], text.len().checked_sub(*length).and_then(|at| text.get(at..)))
                    } else {
                        (&whole[whole.len() - length..], text.get(..*length))
                    };
                    other.is_some_and(|other| other.eq_ignore_ascii_case(part))
                });
                parts.max()
            };
            finder.forms().iter().filter_map(lengths).max()
        };
        let mut found = 0;
        for form in finder.forms() {
            for cut in 0..=form.text.len() {
                let (begin, end) = form.text.split_at(cut);
                for text in [[b"say TOK", begin].concat(), [end, b"Tok said"].concat(), begin.to_ascii_uppercase()] {
                    assert_eq!(finder.begun_at_end(&text), compared(&text, true), "{text:?}");
                    assert_eq!(finder.ended_at_beginning(&text), compared(&text, false), "{text:?}");
                    found += usize::from(finder.begun_at_end(&text).is_some());
                }
            }
        }
        assert!(found > 500, "{found}");
    }
}
