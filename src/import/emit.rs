//! Values as YAML, so that whatever stands in them comes back as it was.

use std::fmt::Write as _;

use serde_json::Value;

/// The longest value that is written in one line, in characters.
const LINE: usize = 96;

/// Words that mean something else without quotes, to some reader or other.
const WORDS: [&str; 12] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"];

/// A text as a scalar; in quotes unless it is a word or several that can't be taken for anything else.
pub(super) fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./ ".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    if begins && text.chars().all(plain) && !text.ends_with(' ') && !WORDS.contains(&text.to_ascii_lowercase().as_str())
    {
        return text.to_owned();
    }
    quoted(text)
}

/// A text between double quotes, with escapes for all that a YAML reader may refuse or an editor hide.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            hidden if hidden.is_control() || is_format(hidden) => {
                let _ = write!(quoted, "\\U{:08x}", hidden as u32);
            }
            shown => quoted.push(shown),
        }
    }
    quoted.push('"');
    quoted
}

/// Characters that show nothing of themselves, or that YAML doesn't take as they are.
fn is_format(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff0}'..='\u{ffff}')
}

/// A value in one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, member)| format!("{}: {}", scalar(name), flow(member))).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

/// A value after its key: in one line where it fits, else in lines of their own that are indented by `indent`.
pub(super) fn after_key(value: &Value, indent: usize) -> String {
    let line = flow(value);
    if line.chars().count() <= LINE {
        return format!(" {line}\n");
    }
    let blank = " ".repeat(indent);
    match value {
        Value::Array(items) => items.iter().fold(String::from("\n"), |mut text, item| {
            let _ = writeln!(text, "{blank}- {}", flow(item));
            text
        }),
        Value::Object(members) => members.iter().fold(String::from("\n"), |mut text, (name, member)| {
            let _ = write!(text, "{blank}{}:{}", scalar(name), after_key(member, indent + 2));
            text
        }),
        _ => format!(" {line}\n"),
    }
}

/// A text in which no template begins.
pub(super) fn literal(text: &str) -> String {
    text.replace("{{", "{{{{")
}

/// A value in whose texts no template begins.
pub(super) fn literal_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(literal(text)),
        Value::Array(items) => Value::Array(items.iter().map(literal_value).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), literal_value(member))).collect())
        }
        other => other.clone(),
    }
}

/// How deep lists and mappings stand in each other.
pub(super) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// One line of prose: no line breaks, no blanks in a row, and no longer than `longest` characters.
pub(super) fn line(text: &str, longest: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = line.chars().filter(|c| !c.is_control()).collect();
    if shown.chars().count() <= longest {
        return shown;
    }
    let cut: String = shown.chars().take(longest.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_comes_back() {
        let nasty = json!({
            "no": "yes", "017": "017", "": null, "a: b": "- x", "#": " x ", "é\u{7f}\u{feff}\u{2028}😀": "a\nb\t\"\\",
            "~": 1.5, "n": [true, [], {}, -3, 1e300, 18_446_744_073_709_551_615_u64], "<": "<<", "{{x}}": "%@`!&*|>",
        });
        let text = format!("top:{}", after_key(&nasty, 2));
        let back: Value = serde_json::from_value(crate::load::document("a.yaml", text).expect("YAML")).expect("JSON");
        assert_eq!(back["top"], nasty);
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(line(" a\n\n b\u{1} ", 10), "a b");
        assert_eq!(line("abcdef", 4), "abc…");
    }
}
