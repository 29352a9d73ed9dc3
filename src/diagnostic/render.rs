//! Diagnostics and places as text, in the manner of rustc.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::{Diagnostic, Place};

/// How text is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences for colour may be used.
    pub colour: bool,
    /// Columns to fit into.
    pub width: usize,
}

impl Style {
    /// No colour, 120 columns.
    pub const PLAIN: Self = Self { colour: false, width: 120 };

    fn render(self, groups: &[Group<'_>]) -> String {
        let renderer = if self.colour { Renderer::styled() } else { Renderer::plain() };
        let text = renderer.term_width(self.width).render(groups);
        // The renderer shows the other control characters by their pictures.
        let unseen = |c: char| ('\u{80}'..='\u{9f}').contains(&c);
        if text.contains(unseen) { text.replace(unseen, "\u{fffd}") } else { text }
    }
}

/// One diagnostic, several lines without a final newline.
#[must_use]
pub fn render(diagnostic: &Diagnostic, style: Style) -> String {
    let Some(place) = &diagnostic.place else {
        return without_place(diagnostic, style);
    };
    at_place(diagnostic, place, style)
}

fn without_place(diagnostic: &Diagnostic, style: Style) -> String {
    let title = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code.slug());
    let text = style.render(&[Group::with_title(title)]);
    match &diagnostic.help {
        Some(help) => {
            let title = Level::HELP.primary_title(help.as_str());
            format!("{text}\n{}", style.render(&[Group::with_title(title)]))
        }
        None => text,
    }
}

fn at_place(diagnostic: &Diagnostic, place: &Place, style: Style) -> String {
    let title = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code.slug());
    let mut snippet = Snippet::source(&place.file.text[..])
        .path(place.file.path.as_str())
        .annotation(AnnotationKind::Primary.span(shown(place)).label(diagnostic.label.as_str()));
    let mut elsewhere = None;
    if let Some((other, label)) = &diagnostic.related {
        let annotation = AnnotationKind::Context.span(shown(other)).label(label.as_str());
        if other.file.path == place.file.path {
            snippet = snippet.annotation(annotation);
        } else {
            let source = Snippet::source(&other.file.text[..]).path(other.file.path.as_str());
            elsewhere = Some(source.annotation(annotation));
        }
    }
    let mut group = title.element(snippet);
    if let Some(other) = elsewhere {
        group = group.element(other);
    }
    let groups = match (&diagnostic.help, &diagnostic.replacement) {
        (Some(help), Some(replacement)) => {
            let patch = Snippet::source(&place.file.text[..])
                .path(place.file.path.as_str())
                .patch(Patch::new(place.start()..place.end(), replacement.as_str()));
            vec![group, Level::HELP.secondary_title(help.as_str()).element(patch)]
        }
        (Some(help), None) => vec![group.element(Level::HELP.message(help.as_str()))],
        (None, _) => vec![group],
    };
    style.render(&groups)
}

/// So many diagnostics are shown one by one; nobody reads more, and each costs as much as its file is long.
const MOST_SHOWN: usize = 200;

/// All diagnostics, a blank line between them, and a last line that counts them.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic], style: Style) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics.iter().take(MOST_SHOWN) {
        text.push_str(&render(diagnostic, style));
        text.push_str("\n\n");
    }
    if diagnostics.len() > MOST_SHOWN {
        let _ = writeln!(text, "and {} more\n", diagnostics.len() - MOST_SHOWN);
    }
    let plural = if diagnostics.len() == 1 { "error" } else { "errors" };
    let _ = writeln!(text, "{} {plural}; `probity explain CODE` says more about each", diagnostics.len());
    text
}

/// The line at `place` with a caret under it, as findings show it.
#[must_use]
pub fn snippet(place: &Place, label: &str, style: Style) -> String {
    let element = Snippet::source(&place.file.text[..])
        .path(place.file.path.as_str())
        .annotation(AnnotationKind::Primary.span(shown(place)).label(label));
    style.render(&[Group::with_level(Level::ERROR).element(element)])
}

/// The range to put carets under: the first line of the place only, and at least one character.
fn shown(place: &Place) -> std::ops::Range<usize> {
    let text = place.text();
    let line = text.split('\n').next().unwrap_or(text).trim_end();
    place.start()..place.start() + line.len()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::{Code, SourceFile};

    #[test]
    fn no_control_character_is_shown() {
        let file = Arc::new(SourceFile::new("a.yaml", "é \u{7f}\u{8f}\u{1b}[31m\u{9b}1m\u{85} ü"));
        let place = Place::new(&file, 3, 5);
        let diagnostic = Diagnostic::at(Code::InvalidYaml, &place, "not \u{9c}YAML");
        for shown in [render(&diagnostic, Style::PLAIN), snippet(&place, "\u{9b}here", Style::PLAIN)] {
            assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
            assert!(shown.contains('é') && shown.contains('ü'), "{shown}");
        }
    }
}
