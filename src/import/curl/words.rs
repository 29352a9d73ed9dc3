//! The words of a command line, as a POSIX shell splits them, and with `$'…'` as bash has it.
//!
//! The crates that split words know nothing of `$'…'`, which browsers write when they copy a request as curl.

/// Splits a command into words.
///
/// # Errors
/// Quotes that aren't closed.
pub(super) fn words(command: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = command.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\\' => match rest.next() {
                Some('\r') => {
                    let _ = rest.next_if_eq(&'\n');
                }
                Some('\n') | None => {}
                Some(next) => word.get_or_insert_default().push(next),
            },
            // Windows breaks lines with a caret.
            '^' if rest.peek().is_some_and(|next| "\r\n".contains(*next)) => {
                rest.next();
            }
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        Some('\'') => break,
                        Some(inner) => word.push(inner),
                        None => return Err("a `'` is never closed".into()),
                    }
                }
            }
            '$' if rest.peek() == Some(&'\'') => {
                rest.next();
                escaped(&mut rest, word.get_or_insert_default())?;
            }
            '"' => double(&mut rest, word.get_or_insert_default())?,
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn double(rest: &mut Rest<'_>, word: &mut String) -> Result<(), String> {
    loop {
        match rest.next() {
            Some('"') => return Ok(()),
            Some('\\') => match rest.next() {
                Some('\n') => {}
                Some(next) if "\"\\$`".contains(next) => word.push(next),
                Some(next) => word.extend(['\\', next]),
                None => return Err("a `\"` is never closed".into()),
            },
            Some(inner) => word.push(inner),
            None => return Err("a `\"` is never closed".into()),
        }
    }
}

/// What stands between `$'` and `'`.
fn escaped(rest: &mut Rest<'_>, word: &mut String) -> Result<(), String> {
    loop {
        let Some(character) = rest.next() else { return Err("a `$'` is never closed".into()) };
        match character {
            '\'' => return Ok(()),
            '\\' => match rest.next() {
                Some('n') => word.push('\n'),
                Some('t') => word.push('\t'),
                Some('r') => word.push('\r'),
                Some('x') => word.extend(number(rest, 2)),
                Some('u') => word.extend(number(rest, 4)),
                Some('U') => word.extend(number(rest, 8)),
                Some(next) => word.push(next),
                None => return Err("a `$'` is never closed".into()),
            },
            inner => word.push(inner),
        }
    }
}

/// The character of up to so many hexadecimal digits.
fn number(rest: &mut Rest<'_>, most: usize) -> Option<char> {
    let mut digits = String::new();
    while digits.len() < most
        && let Some(digit) = rest.next_if(char::is_ascii_hexdigit)
    {
        digits.push(digit);
    }
    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_does() {
        for (command, expected) in [
            (r"curl  -H 'a: b' x", vec!["curl", "-H", "a: b", "x"]),
            ("curl \\\n  'x'\"y\"z", vec!["curl", "xyz"]),
            (r#""a\"b\\c\d" '' "#, vec![r#"a"b\c\d"#, ""]),
            (r"$'it\'s\n\u0021\x21'", vec!["it's\n!!"]),
            ("a^\r\nb", vec!["a", "b"]),
        ] {
            assert_eq!(
                words(command).as_deref(),
                Ok(&*expected.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>()),
                "{command}"
            );
        }
        for command in ["'a", "\"a", "$'a", "\"a\\"] {
            assert!(words(command).is_err(), "{command}");
        }
    }
}
