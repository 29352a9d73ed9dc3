//! What differs from run to run, for people.

use std::fmt::Write as _;

use super::text::{Tone, harmless, paint, plural};
use crate::diagnostic::Style;
use crate::snapshot::waver::{At, Wavering};

/// How many snapshots of one rule, and differences that nothing stands for, are named.
const MOST_NAMED: usize = 3;

/// What differs, rule by rule, and a line that counts it. `runs` and `compared` are how many of each there were.
#[must_use]
pub fn told(wavering: &[Wavering<'_>], runs: u16, compared: usize, style: Style) -> String {
    let mut text = String::new();
    for one in wavering {
        let named: Vec<&str> = one.names.iter().take(MOST_NAMED).map(String::as_str).collect();
        let more = one.names.len().saturating_sub(MOST_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = paint(&format!("{}{more}", named.join(", ")), Tone::Strong, style.colour);
        let _ = writeln!(text, "{names}  {}", paint(&one.rule.place.to_string(), Tone::Quiet, style.colour));
        for proposal in &one.proposals {
            let at = match &proposal.at {
                At::Path(path) => path.clone(),
                At::Header(name) => format!("header {name}"),
            };
            let optional = if proposal.optional { ", where it is there" } else { "" };
            let kind = paint(proposal.placeholder.slug(), Tone::Good, style.colour);
            let (first, second) = &proposal.seen;
            let _ = writeln!(text, "  {} as {kind}{optional}", harmless(&at));
            let _ = writeln!(text, "      {} then {}", harmless(first), harmless(second));
        }
        for (name, change) in one.rest.iter().take(MOST_NAMED) {
            let at = if change.at.is_empty() { "the body" } else { &change.at };
            let told = paint("differs, and no redaction can stand for it", Tone::Bad, style.colour);
            let _ = writeln!(text, "  {} in {name}: {told} ({})", harmless(at), change.kind.slug());
            let shown = |value: &Option<String>| value.as_deref().map_or("nothing".into(), harmless);
            let _ = writeln!(text, "      {} then {}", shown(&change.before), shown(&change.after));
        }
        if one.rest.len() > MOST_NAMED {
            let _ = writeln!(text, "  … and {} more that no redaction can stand for", one.rest.len() - MOST_NAMED);
        }
    }
    let proposals: usize = wavering.iter().map(|one| one.proposals.len()).sum();
    let rest: usize = wavering.iter().map(|one| one.rest.len()).sum();
    let _ = write!(text, "{runs} runs, {} compared: ", plural(compared, "answer"));
    let _ = match (proposals, rest) {
        (0, 0) => writeln!(text, "nothing differs"),
        (_, 0) => writeln!(text, "{} proposed", plural(proposals, "redaction")),
        _ => writeln!(
            text,
            "{} proposed, {} that none can stand for",
            plural(proposals, "redaction"),
            plural(rest, "difference")
        ),
    };
    text
}
