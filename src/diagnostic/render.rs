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

    fn renderer(self) -> Renderer {
        let renderer = if self.colour { Renderer::styled() } else { Renderer::plain() };
        renderer.term_width(self.width)
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
    let text = style.renderer().render(&[Group::with_title(title)]);
    match &diagnostic.help {
        Some(help) => {
            let title = Level::HELP.primary_title(help.as_str());
            format!("{text}\n{}", style.renderer().render(&[Group::with_title(title)]))
        }
        None => text,
    }
}

fn at_place(diagnostic: &Diagnostic, place: &Place, style: Style) -> String {
    let title = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code.slug());
    let mut snippet = Snippet::source(place.file.text.as_str())
        .path(place.file.path.as_str())
        .annotation(AnnotationKind::Primary.span(shown(place)).label(diagnostic.label.as_str()));
    let mut elsewhere = None;
    if let Some((other, label)) = &diagnostic.related {
        let annotation = AnnotationKind::Context.span(shown(other)).label(label.as_str());
        if other.file.path == place.file.path {
            snippet = snippet.annotation(annotation);
        } else {
            let source = Snippet::source(other.file.text.as_str()).path(other.file.path.as_str());
            elsewhere = Some(source.annotation(annotation));
        }
    }
    let mut group = title.element(snippet);
    if let Some(other) = elsewhere {
        group = group.element(other);
    }
    let groups = match (&diagnostic.help, &diagnostic.replacement) {
        (Some(help), Some(replacement)) => {
            let patch = Snippet::source(place.file.text.as_str())
                .path(place.file.path.as_str())
                .patch(Patch::new(place.start()..place.end(), replacement.as_str()));
            vec![group, Level::HELP.secondary_title(help.as_str()).element(patch)]
        }
        (Some(help), None) => vec![group.element(Level::HELP.message(help.as_str()))],
        (None, _) => vec![group],
    };
    style.renderer().render(&groups)
}

/// All diagnostics, a blank line between them, and a last line that counts them.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic], style: Style) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&render(diagnostic, style));
        text.push_str("\n\n");
    }
    let plural = if diagnostics.len() == 1 { "error" } else { "errors" };
    let _ = writeln!(text, "{} {plural}; `probity explain CODE` says more about each", diagnostics.len());
    text
}

/// The line at `place` with a caret under it, as findings show it.
#[must_use]
pub fn snippet(place: &Place, label: &str, style: Style) -> String {
    let element = Snippet::source(place.file.text.as_str())
        .path(place.file.path.as_str())
        .annotation(AnnotationKind::Primary.span(shown(place)).label(label));
    style.renderer().render(&[Group::with_level(Level::ERROR).element(element)])
}

/// The range to put carets under: the first line of the place only, and at least one character.
fn shown(place: &Place) -> std::ops::Range<usize> {
    let text = place.text();
    let line = text.split('\n').next().unwrap_or(text).trim_end();
    place.start()..place.start() + line.len()
}
