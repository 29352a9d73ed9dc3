//! A small contract that loads and runs as it is, to be rewritten.

use super::NewFile;
use super::slug::slug;

/// The files of the scaffold.
const FILES: [(&str, &str, &str); 7] = [
    ("contract.yaml", include_str!("scaffold/contract.yaml"), "its name, its services, what may be left out"),
    ("requirements.yaml", include_str!("scaffold/requirements.yaml"), "the clauses"),
    ("personas.yaml", include_str!("scaffold/personas.yaml"), "who sends requests"),
    ("world.yaml", include_str!("scaffold/world.yaml"), "the state that a server is put into"),
    ("schemas/item.json", include_str!("scaffold/schemas/item.json"), "the shape of a body"),
    ("suites/example.yaml", include_str!("scaffold/suites/example.yaml"), "the cases"),
    ("target.yaml", include_str!("scaffold/target.yaml"), "a server under test"),
];

/// A contract of this name that can be run against any server.
#[must_use]
pub fn scaffold(name: &str) -> Vec<NewFile> {
    let named = |text: &str| text.replace("contract: NAME\n", &format!("contract: {}\n", slug(name, "contract")));
    FILES.iter().map(|(path, text, about)| NewFile::new(*path, named(text), about)).collect()
}
