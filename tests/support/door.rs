//! A contract of a door, made of the cases that a test needs.

use tempfile::TempDir;

use super::folder::folder;

/// The folder of a contract with these cases, and a target file with these lines beside it.
///
/// Cases cite `DOOR-MUST`, `DOOR-SHOULD` or `DOOR-MAY`; a level that no case cites isn't declared.
pub(crate) fn door(cases: &str, target: &str) -> TempDir {
    with_manifest("", cases, target)
}

/// The same with further lines in `contract.yaml`.
pub(crate) fn with_manifest(manifest: &str, cases: &str, target: &str) -> TempDir {
    let contract = format!("contract: door\nversion: 1.0.0\nservices: {{door: }}\n{manifest}");
    let cited = |level: &&&str| cases.contains(&format!("DOOR-{level}")) || manifest.contains(&format!("DOOR-{level}"));
    let requirement = |level: &str| {
        let word = level.to_lowercase();
        format!(
            "- {{id: DOOR-{level}, level: {word}, source: {{document: door.md, section: Door}}, says: the door {word} open}}\n"
        )
    };
    let requirements: String = ["MUST", "SHOULD", "MAY"].iter().filter(cited).map(|level| requirement(level)).collect();
    let suite = format!("suite: door\nservice: door\ndefaults: {{as: ann}}\ncases:\n{cases}");
    let personas =
        "- {persona: ann, is: \"$.people[?@.name == 'ann']\", headers: {authorization: \"{{ann.token}}\"}}\n";
    let world = "people: [{name: ann, token: a-token-of-the-world}]\n";
    folder([
        ("door/contract.yaml", contract.as_bytes()),
        ("door/requirements.yaml", requirements.as_bytes()),
        ("door/suites/door.yaml", suite.as_bytes()),
        ("door/personas.yaml", personas.as_bytes()),
        ("door/world.yaml", world.as_bytes()),
        ("target.yaml", format!("target: the door\n{target}").as_bytes()),
    ])
}
