//! Places in suites, made again of a line and what stands in it.

use std::sync::Arc;

use crate::diagnostic::{Place, SourceFile};

/// No suite has more lines or longer ones; a damaged report mustn't cost more memory than that.
const MOST: usize = 1 << 20;

/// The place of `length` characters from this line and column of a file on, if `text` is that line.
///
/// The file that the place points into has nothing but that line.
pub(super) fn place(path: String, line: usize, column: usize, text: &str, length: usize) -> Result<Place, String> {
    if !(1..=MOST).contains(&line) || !(1..=MOST).contains(&column) {
        return Err(format!("line {line}, column {column} is no place in a suite"));
    }
    let before = line - 1;
    let mut file = "\n".repeat(before);
    file.push_str(text);
    let missing = (column - 1).saturating_sub(text.chars().count());
    file.push_str(&" ".repeat(missing));
    let offset = |characters: usize| {
        let line = &file[before..];
        before + line.char_indices().nth(characters).map_or(line.len(), |(index, _)| index)
    };
    let (start, end) = (offset(column - 1), offset((column - 1).saturating_add(length)));
    Ok(Place::new(&Arc::new(SourceFile::new(path, file)), start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_where_it_was() {
        for (line, column, text, length, marked) in
            [(3, 5, "é: wä {x", 2, "ä "), (1, 1, "", 0, ""), (7, 4, "", 0, ""), (2, 1, "abc", 99, "abc")]
        {
            let place = place("suites/a.yaml".into(), line, column, text, length).expect("a place");
            assert_eq!(place.to_string(), format!("suites/a.yaml:{line}:{column}"));
            assert_eq!(place.text(), marked);
        }
        for (line, column) in [(0, 1), (1, 0), (usize::MAX, 1), (1, usize::MAX)] {
            assert!(place(String::new(), line, column, "", usize::MAX).is_err(), "{line}:{column}");
        }
    }
}
