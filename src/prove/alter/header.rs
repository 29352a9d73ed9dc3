//! Headers dropped, emptied, changed, doubled.

use bytes::Bytes;

use super::{Anatomy, Answer, Operator, Site};
use crate::prove::anatomy::fields;

const MEDIA_TYPES: [&str; 3] = ["text/html", "application/xml", "application/octet-stream"];
const CHARSETS: [&str; 2] = ["utf-16", "iso-8859-1"];

pub(super) fn sites(anatomy: &Anatomy<'_>, found: &mut dyn FnMut(Operator, usize, u16)) {
    for (index, (name, value)) in fields(anatomy.answer) {
        found(Operator::DropHeader, index, 0);
        if !value.is_empty() {
            found(Operator::EmptyHeader, index, 0);
        }
        found(Operator::DoubleHeader, index, 0);
        if name.eq_ignore_ascii_case("content-type") {
            for (variant, _) in (0..).zip(others(value)) {
                found(Operator::MediaType, index, variant);
            }
            for (variant, _) in (0..).zip(CHARSETS) {
                found(Operator::Charset, index, variant);
            }
        } else {
            found(Operator::ChangeHeader, index, 0);
            if name.eq_ignore_ascii_case("content-length") && length(value).is_some_and(|length| length > 0) {
                found(Operator::ChangeHeader, index, 1);
            }
        }
    }
}

pub(super) fn forbidden(anatomy: &Anatomy<'_>, found: &mut dyn FnMut(Operator, usize, u16)) {
    for index in 0..anatomy.forbidden.len() {
        found(Operator::ForbiddenHeader, index, 0);
    }
}

/// Media types other than the one that a header names.
fn others(value: &[u8]) -> impl Iterator<Item = &'static str> {
    let value = String::from_utf8_lossy(value).to_ascii_lowercase();
    MEDIA_TYPES.into_iter().filter(move |other| !value.starts_with(other))
}

fn length(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

pub(super) fn alter(anatomy: &Anatomy<'_>, site: Site) -> Answer {
    let mut answer = anatomy.answer.clone();
    let index = site.index as usize;
    let old = String::from_utf8_lossy(&answer.headers[index].1).into_owned();
    let new = match site.operator {
        Operator::DropHeader => {
            answer.headers.remove(index);
            return answer;
        }
        Operator::DoubleHeader => {
            let again = answer.headers[index].clone();
            answer.headers.push(again);
            return answer;
        }
        Operator::MediaType => {
            let parameters = old.find(';').map_or("", |at| &old[at..]);
            let name = others(old.as_bytes()).nth(usize::from(site.variant)).unwrap_or(MEDIA_TYPES[0]);
            format!("{name}{parameters}")
        }
        Operator::Charset => {
            let name = old.split(';').next().unwrap_or_default();
            format!("{name}; charset={}", CHARSETS[usize::from(site.variant)])
        }
        Operator::ChangeHeader => changed(&old, site.variant),
        _ => String::new(),
    };
    answer.headers[index].1 = Bytes::from(new);
    answer
}

/// Another value: a number one more or one less, anything else with a letter more.
fn changed(old: &str, variant: u16) -> String {
    match (old.trim().parse::<u64>(), variant) {
        (Ok(number), 0) => number.saturating_add(1).to_string(),
        (Ok(number), _) => number.saturating_sub(1).to_string(),
        (Err(_), _) => format!("{old}x"),
    }
}
