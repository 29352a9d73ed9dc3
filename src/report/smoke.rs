//! Which services of a target answer, for people.

use std::fmt::Write as _;

use super::text::{Tone, duration, harmless, paint};
use crate::diagnostic::Style;
use crate::model::target::Target;
use crate::run::smoke::{Asked, Heard, Reached, Smoke};

/// Clocks that differ by more seconds are worth a word.
const SKEW: i64 = 5;

/// What was found out, and a line that says what it comes to.
#[must_use]
pub fn text(found: &Smoke, target: &Target, style: Style) -> String {
    let mut text = format!("{}\n\n", harmless(&target.name));
    if let Some(reason) = &found.unready {
        let _ = writeln!(text, "{}  {}\n", paint("NOT READY", Tone::Bad, style.colour), harmless(reason));
    }
    for service in &found.services {
        one(service, target, style, &mut text);
    }
    let unreached = found.services.iter().filter(|service| service.plain.is_err()).count();
    let puzzling = found.services.iter().filter_map(|one| one.case.as_ref()).filter(|asked| !asked.as_expected).count();
    let (word, tone, rest) = match (unreached, puzzling) {
        (0, 0) => ("ANSWERS", Tone::Good, "every service; nothing was judged".to_owned()),
        (0, _) => (
            "ANSWERS",
            Tone::Doubtful,
            "every service, though not as the first case expects; nothing was judged".to_owned(),
        ),
        (unreached, _) => ("NO ANSWER", Tone::Bad, format!("from {unreached} of {} services", found.services.len())),
    };
    let _ = writeln!(text, "{}  {rest}", paint(word, tone, style.colour));
    text
}

fn one(service: &Reached, target: &Target, style: Style, text: &mut String) {
    let link = target.link(&service.service);
    let through = match (&link.connect, &link.proxy) {
        (Some(endpoint), _) => format!(" at {endpoint}"),
        (None, Some(proxy)) => format!(" through the proxy {}", proxy.endpoint),
        (None, None) => String::new(),
    };
    let name = paint(&service.service, Tone::Strong, style.colour);
    let _ = writeln!(text, "{name}  {}{through}", harmless(&service.url));
    match &service.plain {
        Ok(heard) => {
            let _ = writeln!(text, "  answers     GET / with {}", told(heard));
        }
        Err(reason) => {
            let _ = writeln!(text, "  {} {}", paint("no answer  ", Tone::Bad, style.colour), harmless(reason));
        }
    }
    if let Some(Asked { trial, persona, line, expected, heard, as_expected }) = &service.case {
        let came = match heard {
            Ok(heard) => told(heard),
            Err(reason) => harmless(reason),
        };
        let _ = writeln!(text, "  first case  {trial}: {} as {persona}, answered with {came}", harmless(line));
        if !as_expected {
            let expected = expected.as_deref().unwrap_or("another status");
            let hint = match heard.as_ref().map_or(0, |heard| heard.status) {
                401 | 403 => {
                    "; look at the credentials of the persona, and whether the server knows the contract's world"
                }
                404 => "; look at the URL of the service, and whether the server knows the contract's world",
                _ => "",
            };
            let mark = paint("expected    ", Tone::Doubtful, style.colour);
            let _ = writeln!(text, "  {mark}{expected}{hint}");
        }
    }
    let ahead = service.plain.as_ref().ok().and_then(|heard| heard.ahead).filter(|ahead| ahead.abs() > SKEW);
    if let Some(ahead) = ahead {
        let which = if ahead > 0 { "ahead of" } else { "behind" };
        let _ = writeln!(text, "  clock       {} s {which} ours", ahead.abs());
    }
    text.push('\n');
}

fn told(heard: &Heard) -> String {
    format!("{} in {}", heard.status, duration(heard.duration))
}
