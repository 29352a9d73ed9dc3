//! Texts in Markdown, as GitHub and GitLab read it, such that they stay what they are.

use super::text::{harmless, single_line};

/// A text as a code span on one line, also in a table.
pub(super) fn code(text: &str) -> String {
    let text = single_line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    // One blank at each end is taken off again, and a table reads `\|` as a bar in code too.
    format!("{fence} {} {fence}", text.replace('|', r"\|")).replace("`  `", "` `")
}

/// A text of several lines as a block of code.
pub(super) fn fenced(text: &str) -> String {
    let text = harmless(text.trim_end());
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n")
}

/// A text of the contract on one line, without markup of its own.
pub(super) fn prose(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in single_line(text).chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => escaped.extend(['\\', character]),
            character => escaped.push(character),
        }
    }
    escaped
}

/// How many backticks stand side by side at most.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_what_they_are() {
        for (text, span) in [
            ("a", "` a `"),
            ("", "`  `"),
            ("`", "`` ` ``"),
            ("a``b", "``` a``b ```"),
            ("a|b\nc", r"` a\|b c `"),
            ("\u{1b}[31m", "` \u{fffd}[31m `"),
        ] {
            assert_eq!(code(text), span, "{text:?}");
        }
        assert_eq!(fenced("a\n```\n</details>"), "````text\na\n```\n</details>\n````\n");
        assert_eq!(prose("a < b & `c` | [d](e) #1"), r"a &lt; b &amp; \`c\` \| \[d\](e) \#1");
    }
}
