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

/// Text from a server or a file, safe to print: no character of it steers a terminal, turns the order of others round,
/// breaks a line for some readers only, or is none (XML 1.0, section 2.2).
pub(super) fn harmless(text: &str) -> String {
    text.chars().map(|c| if steers(c) && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// The same as one line.
pub(super) fn single_line(text: &str) -> String {
    harmless(text).replace('\n', " ")
}

/// A JSON Pointer with `*` for each index, so that it is the same for all items of a list.
pub(super) fn for_any_index(pointer: &str) -> String {
    let is_index = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
    pointer.split('/').map(|token| if is_index(token) { "*" } else { token }).collect::<Vec<_>>().join("/")
}

fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
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
