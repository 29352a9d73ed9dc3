//! A badge: how many clauses are kept, in numbers and never as a percentage.

use std::fmt::Write as _;
use std::io::{self, Write};

use quick_xml::escape::escape;
use serde_json::json;

use super::text::{harmless, plural};
use super::{Refused, Reporter};
use crate::model::event::{Event, RunStarted, State, Summary};
use crate::model::requirement::Level;
use crate::model::verdict::Conclusion;
use crate::model::waiver::WaiverKind;

/// What a badge is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A picture.
    Svg,
    /// The JSON that the endpoint badge of shields.io reads (<https://shields.io/badges/endpoint-badge>).
    Shields,
}

/// Writes the badge when the run is over; of a run that left something out there is none, and nothing is written.
pub struct Badge<W: Write> {
    output: W,
    form: Form,
    label: String,
}

impl<W: Write> Badge<W> {
    /// A badge into `output`.
    pub fn new(output: W, form: Form) -> Self {
        Self { output, form, label: String::new() }
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        if run.left_out > 0 {
            let left_out = plural(run.left_out, "trial");
            return Err(Refused::because(format!("a badge speaks of a whole run, and this one leaves {left_out} out")));
        }
        if let Some(sharding) = &run.sharding {
            return Err(Refused::because(format!("a badge speaks of a whole run, and this is {}", sharding.shard)));
        }
        self.label = harmless(&format!("{} {}", run.contract, run.contract_version));
        Ok(())
    }

    fn ended(&mut self, summary: &Summary) -> io::Result<()> {
        if !summary.complete {
            let reasons = summary.reasons.join("; ");
            return Err(Refused::because(format!("a badge speaks of a complete run: {reasons}")));
        }
        let (message, colour) = (message(summary), colour(summary));
        match self.form {
            Form::Svg => self.output.write_all(picture(&self.label, &message, colour).as_bytes())?,
            Form::Shields => {
                let badge = json!({ "schemaVersion": 1, "label": self.label, "message": message, "color": colour });
                writeln!(self.output, "{badge}")?;
            }
        }
        self.output.flush()
    }
}

/// `must 41/41 · 3 waived`: the clauses that were seen to hold of those that were judged and aren't waived, and what else
/// there is.
fn message(summary: &Summary) -> String {
    let count = |state: State| {
        let musts = summary.requirements.iter().filter(|one| one.level == Level::Must);
        musts.filter(|one| one.state == state).count()
    };
    let musts = summary.requirements.iter().filter(|one| one.level == Level::Must);
    let waived = musts.filter(|one| one.waived).count();
    let (verified, violated) = (count(State::Verified), count(State::Violated) - waived);
    let mut message = format!("must {verified}/{}", verified + violated);
    let rest = [State::Unverified, State::NotTested].map(|state| (count(state), state.word()));
    for (number, word) in [(violated, State::Violated.word()), (waived, WaiverKind::Waived.word())].iter().chain(&rest)
    {
        if *number > 0 {
            let _ = write!(message, " · {number} {word}");
        }
    }
    message
}

fn colour(summary: &Summary) -> &'static str {
    match summary.conclusion {
        Conclusion::Conforms => "#2a7a2f",
        Conclusion::Violates => "#b3261e",
        Conclusion::Incomplete | Conclusion::StaleWaivers => "#8a6100",
    }
}

/// Two boxes side by side. Fonts differ, so each text is stretched to the room that was reckoned for it.
fn picture(label: &str, message: &str, colour: &str) -> String {
    const PADDING: usize = 6;
    let (left, right) = (reckoned(label) + 2 * PADDING, reckoned(message) + 2 * PADDING);
    let (whole, title) = (left + right, escape(format!("{label}: {message}")).into_owned());
    let text = |x: usize, room: usize, text: &str| {
        let (length, text) = (room - 2 * PADDING, escape(text));
        format!("    <text x=\"{x}\" y=\"14\" textLength=\"{length}\">{text}</text>\n")
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"20\" role=\"img\" aria-label=\"{title}\">\n\
         \x20 <title>{title}</title>\n\
         \x20 <clipPath id=\"r\"><rect width=\"{whole}\" height=\"20\" rx=\"3\"/></clipPath>\n\
         \x20 <g clip-path=\"url(#r)\">\n\
         \x20   <rect width=\"{left}\" height=\"20\" fill=\"#3f4448\"/>\n\
         \x20   <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{colour}\"/>\n\
         \x20 </g>\n\
         \x20 <g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">\n\
         {}{}\
         \x20 </g>\n\
         </svg>\n",
        text(PADDING, left, label),
        text(left + PADDING, right, message),
    )
}

/// How many pixels a text of 11 pixels' height takes, near enough.
fn reckoned(text: &str) -> usize {
    let tenths = |character: char| match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | '\'' | '|' | '·' | ' ' => 40,
        'f' | 'r' | 't' | '/' | '(' | ')' | '-' => 48,
        'm' | 'w' | 'M' | 'W' => 100,
        character if character.is_ascii() => 70,
        _ => 110,
    };
    text.chars().map(tenths).sum::<usize>().div_ceil(10).max(1)
}

impl<W: Write> Reporter for Badge<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started(run) => self.started(run),
            Event::Finished(_) => Ok(()),
            Event::Ended(summary) => self.ended(summary),
        }
    }
}
