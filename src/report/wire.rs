//! Exchanges as people read them: one line each, or as they went over the wire.

use std::fmt::Write as _;

use super::text::{Tone, harmless, paint, plural, single_line};
use crate::model::event::TrialResult;
use crate::model::exchange::Ending;
use crate::model::shown::{Content, Part, ShownBody, ShownExchange};

/// How much is shown of exchanges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exchanges {
    /// Nothing.
    #[default]
    Hidden,
    /// One line each.
    Lines,
    /// Every header, and the body as far as it may be shown.
    Wire,
}

impl Exchanges {
    /// What so many `-v` ask for.
    #[must_use]
    pub fn of(verbosity: u8) -> Self {
        match verbosity {
            0 => Self::Hidden,
            1 => Self::Lines,
            _ => Self::Wire,
        }
    }
}

/// The exchanges of a trial, each line indented.
pub(super) fn exchanges(result: &TrialResult, shown: Exchanges, colour: bool) -> String {
    let mut text = String::new();
    for exchange in &result.exchanges {
        let _ = writeln!(text, "  {}", paint(&summary(exchange), Tone::Strong, colour && shown == Exchanges::Wire));
        if shown == Exchanges::Wire {
            wire(exchange, &mut text);
        }
    }
    text
}

fn summary(exchange: &ShownExchange) -> String {
    let part = match (exchange.part, &exchange.name) {
        (Part::Step, None) => String::new(),
        (Part::Step, Some(name)) => format!("{name}: "),
        (part, _) => format!("{}: ", part.word()),
    };
    let line = format!("{} {}", exchange.request.method, single_line(&exchange.request.url));
    let came = match &exchange.answer {
        Ok(answer) => {
            let reason =
                if answer.reason.is_empty() { String::new() } else { format!(" {}", single_line(&answer.reason)) };
            format!("{}{reason}, {}", answer.status, plural(answer.body.length, "byte"))
        }
        Err(reason) => single_line(reason),
    };
    let milliseconds = exchange.duration.as_secs_f64() * 1000.0;
    format!("{part}{line} as {} → {came}, {milliseconds:.1} ms", exchange.persona)
}

fn wire(exchange: &ShownExchange, text: &mut String) {
    for (name, value) in &exchange.request.headers {
        let _ = writeln!(text, "  > {name}: {}", single_line(value));
    }
    if let Some(sent) = &exchange.request.body {
        body('>', sent, text);
    }
    if let Ok(answer) = &exchange.answer {
        for (name, value) in &answer.headers {
            let _ = writeln!(text, "  < {}: {}", single_line(name), single_line(value));
        }
        body('<', &answer.body, text);
        let _ = match answer.ending {
            Ending::Complete => Ok(()),
            Ending::Short => writeln!(text, "  < (the connection ended before the declared length)"),
            Ending::Long { surplus } => writeln!(text, "  < ({} followed)", plural(surplus, "byte")),
        };
    }
}

fn body(mark: char, body: &ShownBody, text: &mut String) {
    if body.length == 0 {
        return;
    }
    let _ = writeln!(text, "  {mark}");
    let (shown, rest) = match &body.content {
        Content::Whole(shown) => (shown.as_str(), String::new()),
        Content::Beginning(shown) => (shown.as_str(), format!("(the beginning of {})", plural(body.length, "byte"))),
        Content::Binary => ("", format!("({} that are no text)", plural(body.length, "byte"))),
        Content::Withheld => ("", format!("({} that show a secret)", plural(body.length, "byte"))),
    };
    for line in shown.lines().map(harmless).chain((!rest.is_empty()).then_some(rest)) {
        let _ = writeln!(text, "  {mark} {line}");
    }
}
