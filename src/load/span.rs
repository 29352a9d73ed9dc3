//! Where parts of a YAML text begin and end that the parser names by one byte only.

/// Where the bracket stands that closes the one at `start` (YAML 1.2.2, section 7.4).
pub(crate) fn flow_end(text: &str, start: usize) -> usize {
    let (mut depth, mut quote, mut comment, mut before) = (0_usize, None, false, ' ');
    for (at, character) in text[start..].char_indices() {
        match (quote, character) {
            _ if comment => comment = character != '\n',
            // A doubled quote ends the text and begins it again; an escaped one does neither.
            (Some(open), _) if character == open && !(open == '"' && before == '\\') => quote = None,
            (Some('"'), '\\') if before == '\\' => {
                before = ' ';
                continue;
            }
            (None, '"' | '\'') if " ,:[{".contains(before) || before == '\'' => quote = Some(character),
            (None, '#') if before.is_whitespace() => comment = true,
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return start + at;
                }
            }
            _ => {}
        }
        before = character;
    }
    text.len()
}

/// Where the line begins that this byte stands in.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the next line begins.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}
