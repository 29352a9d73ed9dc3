//! Words, numbers and colours of the reports that people read.

use std::time::Duration;

use anstyle::{AnsiColor, Style};

/// What a colour means.
#[derive(Clone, Copy)]
pub(super) enum Tone {
    Good,
    Bad,
    Doubtful,
    Quiet,
    Strong,
}

/// The text in the colour of its meaning, if colours are wanted.
pub(super) fn paint(text: &str, tone: Tone, colour: bool) -> String {
    if !colour {
        return text.to_owned();
    }
    let style = match tone {
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Bad => AnsiColor::Red.on_default().bold(),
        Tone::Doubtful => AnsiColor::Yellow.on_default(),
        Tone::Quiet => Style::new().dimmed(),
        Tone::Strong => Style::new().bold(),
    };
    format!("{style}{text}{style:#}")
}

/// `1 trial`, `2 trials`.
pub(super) fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// A duration as people say it.
pub(super) fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1000.0;
    if milliseconds < 1000.0 { format!("{milliseconds:.0} ms") } else { format!("{:.1} s", milliseconds / 1000.0) }
}

/// Stands for a character that can't be shown as it is.
const REPLACEMENT: char = '\u{fffd}';

/// Text from a server or a file, safe to print: no character of it steers a terminal, turns the order of others round,
/// breaks a line for some readers only, or is none (XML 1.0, section 2.2); and no line of it is a command to what
/// reads the log of a job.
pub(super) fn harmless(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n') && !matches!(byte, b'#' | b':')) {
        return text.to_owned();
    }
    let text: String = text.chars().map(|c| if steers(c) && c != '\n' { REPLACEMENT } else { c }).collect();
    if text.contains("##") || text.contains("::") { without_commands(&text) } else { text }
}

/// The text without what a runner of jobs takes for a command: `::name::` after blanks at the beginning of a line, as
/// GitHub has it, and `##name[` anywhere, as GitHub and Azure had it before. What begins a text stands after words of
/// ours.
fn without_commands(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len() + 8);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            harmless.push('\n');
        }
        let blanks = line.len() - line.trim_start().len();
        let is_command = index > 0 && line[blanks..].starts_with("::");
        let (start, mut rest) = line.split_at(if is_command { blanks + 1 } else { 0 });
        if is_command {
            harmless.push_str(&start[..blanks]);
            harmless.push(REPLACEMENT);
        }
        while let Some(at) = rest.find("##") {
            let name = rest[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_.".contains(c));
            harmless.push_str(&rest[..=at]);
            if name.starts_with('[') {
                harmless.push(REPLACEMENT);
                rest = &rest[at + 2..];
            } else {
                rest = &rest[at + 1..];
            }
        }
        harmless.push_str(rest);
    }
    harmless
}

/// The same as one line.
pub(super) fn single_line(text: &str) -> String {
    let lines = harmless(text);
    if lines.contains('\n') { lines.replace('\n', " ") } else { lines }
}

/// A JSON Pointer with `*` for each index, so that it is the same for all items of a list.
pub(super) fn for_any_index(pointer: &str) -> String {
    let is_index = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
    pointer.split('/').map(|token| if is_index(token) { "*" } else { token }).collect::<Vec<_>>().join("/")
}

/// Whether a character does something to what shows it, instead of being shown.
pub(super) fn steers(c: char) -> bool {
    // What has the property Bidi_Control (Unicode Standard Annex 9, section 2).
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// What stands before the paths of suites, so that they lead there from where the run was started.
pub(super) fn folder_prefix(folder: Option<&str>) -> String {
    let folder = folder.unwrap_or_default().trim_start_matches("./").trim_end_matches('/');
    if folder.is_empty() || folder == "." { String::new() } else { format!("{folder}/") }
}

/// A duration in whole microseconds, as reports keep it: more digits would only be noise.
pub(super) fn microseconds(duration: Duration) -> u64 {
    u64::from(u32::try_from(duration.as_micros()).unwrap_or(u32::MAX))
}

/// The width of a text in columns, near enough for names.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// The text filled up with blanks.
pub(super) fn padded(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// The words of a text in lines of at most `width` columns.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| columns(line));
        if line > 0 && line + 1 + columns(word) > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_what_shows_it() {
        for (text, shown) in [
            ("a\u{1b}[2J\u{7}\r\u{9b}31m\u{0}z", "a\u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}31m\u{fffd}z"),
            ("\u{61c}\u{200e}\u{200f}\u{202e}\u{2066}\u{2028}\u{fffe}", &"\u{fffd}".repeat(7)),
            // A value may begin as a command does, since a word of ours stands before it.
            ("::1", "::1"),
            ("a\n  ::stop-commands::x\n::1", "a\n  \u{fffd}:stop-commands::x\n\u{fffd}:1"),
            ("a ##[add-mask]b ###vso[task.complete]", "a #\u{fffd}[add-mask]b ##\u{fffd}vso[task.complete]"),
            ("## a heading, # [link], a::b", "## a heading, # [link], a::b"),
        ] {
            assert_eq!(harmless(text), shown, "{text:?}");
        }
        assert_eq!(single_line("a\n::error::b"), "a \u{fffd}:error::b");
    }
}
