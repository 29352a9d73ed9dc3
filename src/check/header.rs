//! Rules on headers.

use std::borrow::Cow;

use regex::Regex;

use super::{Check, Words};
use crate::model::exchange::Ending;
use crate::model::expectation::{HeaderRule, HeaderTest, Pattern};
use crate::model::verdict::Rule;

impl Check<'_, '_, '_> {
    pub(super) fn header(&mut self, rule: &HeaderRule) {
        let answer = self.subject.answer;
        let values: Vec<Cow<'_, str>> = answer.header(&rule.name).map(|value| trimmed(value)).collect();
        self.blaming(rule.requirement.as_ref(), |check| check.values_of(rule, &values));
    }

    fn values_of(&mut self, rule: &HeaderRule, values: &[Cow<'_, str>]) {
        if rule.tests.iter().any(|test| matches!(test, HeaderTest::Absent)) {
            if !values.is_empty() {
                self.broken(rule, "is there and must not be", || "absent".into(), values);
            }
            return;
        }
        if values.is_empty() {
            if !rule.optional {
                self.broken(rule, "is missing", || expected(rule), values);
            }
            return;
        }
        // Only lists may be split over several fields (RFC 9110, section 5.3).
        let single = rule.tests.iter().any(|test| !matches!(test, HeaderTest::Present | HeaderTest::Contains(_)));
        if values.len() > 1 && single {
            self.broken(rule, "is sent several times", || expected(rule), values);
            return;
        }
        for test in &rule.tests {
            self.test(rule, test, values);
        }
    }

    fn test(&mut self, rule: &HeaderRule, test: &HeaderTest, values: &[Cow<'_, str>]) {
        let value = &*values[0];
        match test {
            HeaderTest::Present | HeaderTest::Absent => {}
            HeaderTest::Equals(template) => {
                let Some(wanted) = self.filled(template.text(&self.subject.scope)) else { return };
                if value != wanted {
                    self.broken(rule, "has another value", || format!("`{wanted}`"), values);
                }
            }
            HeaderTest::OneOf(templates) => {
                let wanted: Result<Vec<String>, _> =
                    templates.iter().map(|one| one.text(&self.subject.scope)).collect();
                let Some(wanted) = self.filled(wanted) else { return };
                if !wanted.iter().any(|wanted| wanted == value) {
                    self.broken(rule, "has another value", || format!("one of `{}`", wanted.join("`, `")), values);
                }
            }
            HeaderTest::Pattern(pattern) => {
                let Some(regex) = self.regex(pattern) else { return };
                if !regex.is_match(value) {
                    self.broken(rule, "doesn't match", || format!("a match of `{regex}`"), values);
                }
            }
            HeaderTest::MediaType(wanted, parameters) => {
                let (name, given) = media_type(value);
                let lacking = parameters.iter().any(|(name, value)| {
                    !given.iter().any(|(known, other)| known == name && other.eq_ignore_ascii_case(value))
                });
                if name != *wanted || lacking {
                    self.broken(rule, "has another media type", || expected(rule), values);
                }
            }
            HeaderTest::Charset(wanted) => {
                let (_, given) = media_type(value);
                let other = given.iter().any(|(name, value)| name == "charset" && !value.eq_ignore_ascii_case(wanted));
                if other {
                    self.broken(rule, "names another charset", || format!("charset {wanted}, or none"), values);
                }
            }
            HeaderTest::Unsigned(min, max) => {
                let number =
                    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse::<u64>().ok()).flatten();
                if !number.is_some_and(|number| (*min..=*max).contains(&number)) {
                    self.broken(rule, "is no such number", || format!("digits, from {min} to {max}"), values);
                }
            }
            HeaderTest::EqualsBodyLength => self.body_length(rule, value),
            HeaderTest::Date => {
                if !is_http_date(value) {
                    let expected = || "a date such as Sun, 06 Nov 1994 08:49:37 GMT".into();
                    self.broken(rule, "is no HTTP date", expected, values);
                }
            }
            HeaderTest::Contains(template) => {
                let Some(wanted) = self.filled(template.text(&self.subject.scope)) else { return };
                let mut members = values.iter().flat_map(|value| value.split(',')).map(str::trim);
                if !members.any(|member| member.eq_ignore_ascii_case(&wanted)) {
                    self.broken(rule, "lacks a member", || format!("a list with `{wanted}`"), values);
                }
            }
        }
    }

    fn body_length(&mut self, rule: &HeaderRule, value: &str) {
        let answer = self.subject.answer;
        let seen = match answer.ending {
            Ending::Complete | Ending::Short => answer.sent_length(),
            Ending::Long { surplus } => answer.sent_length() + surplus,
        };
        let came_whole = answer.ending == Ending::Complete || answer.wire.encoded.is_some();
        // An answer to HEAD declares the length that GET would have had.
        if self.subject.method == "HEAD" || (value.parse() == Ok(seen) && came_whole) {
            return;
        }
        // Where a limit was reached, nobody knows how much would have come.
        if answer.wire.cut.is_some() && !came_whole {
            return;
        }
        self.finding(Rule::BodyLength, &rule.place, || {
            let message = match answer.ending {
                Ending::Short => format!("the body ended after {seen} bytes, but {} declares {value}", rule.name),
                Ending::Long { .. } => format!("{seen} bytes followed the head, but {} declares {value}", rule.name),
                Ending::Complete => format!("the body has {seen} bytes, but {} declares {value}", rule.name),
            };
            Words { message, expected: seen.to_string(), observed: value.to_owned(), pointer: None }
        });
    }

    pub(super) fn regex<'p>(&mut self, pattern: &'p Pattern) -> Option<Cow<'p, Regex>> {
        match pattern {
            Pattern::Fixed(regex) => Some(Cow::Borrowed(regex)),
            Pattern::Templated(template) => {
                let text = self.filled(template.text(&self.subject.scope))?;
                if let Ok(regex) = Regex::new(&text) {
                    Some(Cow::Owned(regex))
                } else {
                    self.judgement.unjudged.push(format!("`{text}` is no regular expression"));
                    None
                }
            }
        }
    }

    fn broken(&mut self, rule: &HeaderRule, what: &str, expected: impl FnOnce() -> String, values: &[Cow<'_, str>]) {
        self.finding(Rule::Header, &rule.place, || {
            let observed = match values {
                [] => "no such header".to_owned(),
                values => values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", "),
            };
            let message = format!("the header `{}` {what}", rule.name);
            Words { message, expected: expected(), observed, pointer: None }
        });
    }
}

/// The value of a field, without the spaces around it.
fn trimmed(value: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(value) {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// What a rule asks for, in words.
fn expected(rule: &HeaderRule) -> String {
    let parts: Vec<String> = rule
        .tests
        .iter()
        .map(|test| match test {
            HeaderTest::Present => "present".into(),
            HeaderTest::Absent => "absent".into(),
            HeaderTest::Equals(template) => template.as_literal().map_or("a value".into(), |text| format!("`{text}`")),
            HeaderTest::OneOf(_) => "one of several values".into(),
            HeaderTest::Pattern(_) => "a matching value".into(),
            HeaderTest::MediaType(name, parameters) => {
                parameters.iter().fold(name.clone(), |text, (name, value)| format!("{text}; {name}={value}"))
            }
            HeaderTest::Charset(name) => format!("charset {name}"),
            HeaderTest::Unsigned(..) => "an unsigned integer".into(),
            HeaderTest::EqualsBodyLength => "the length of the body".into(),
            HeaderTest::Date => "a date".into(),
            HeaderTest::Contains(_) => "a list with a member".into(),
        })
        .collect();
    parts.join(", ")
}

/// Type and subtype in lower case, and the parameters (RFC 9110, section 8.3.1).
fn media_type(value: &str) -> (String, Vec<(String, String)>) {
    let mut parts = value.split(';');
    let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let parameters = parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()))
        .collect();
    (name, parameters)
}

/// Whether a text is an HTTP date in one of the three forms of RFC 9110, section 5.6.7.
#[must_use]
pub fn is_http_date(value: &str) -> bool {
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .any(|form| jiff::civil::DateTime::strptime(form, value).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_and_dates_are_read() {
        assert_eq!(
            media_type("Application/JSON ; Charset=\"UTF-8\""),
            ("application/json".into(), vec![("charset".into(), "UTF-8".into())])
        );
        for (value, good) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sunday, 06-Nov-94 08:49:37 GMT", true),
            ("Sun Nov  6 08:49:37 1994", true),
            ("1994-11-06T08:49:37Z", false),
            ("Mon, 06 Nov 1994 08:49:37 GMT", false),
        ] {
            assert_eq!(is_http_date(value), good, "{value}");
        }
    }
}
