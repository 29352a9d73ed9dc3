//! What the program is made of: licences, sources and versions, by `deny.toml`, without any tool and without a network.
//!
//! `cargo deny` looks at more: what was withdrawn, and what is known to be vulnerable. `./check` says whether it could.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::Value;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a file")
}

/// The texts in quotes that stand behind `key = [`, up to the end of the list.
fn listed(policy: &str, key: &str, pattern: &str) -> BTreeSet<String> {
    let (_, rest) = policy.split_once(&format!("\n{key} = [")).expect("a list");
    let end = rest.find("\n]").unwrap_or(rest.len()).min(rest.find("]\n").unwrap_or(rest.len()));
    let pattern = Regex::new(pattern).expect("a pattern");
    pattern.captures_iter(&rest[..end]).map(|found| found[1].to_owned()).collect()
}

/// Whether one may choose among licences so that all are allowed (SPDX expressions; a stroke is an old way of saying OR).
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let fits = either(&words, &mut at, allowed);
    fits && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut fits = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        fits |= both(words, at, allowed);
    }
    fits
}

fn both(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut fits = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        fits &= one(words, at, allowed);
    }
    fits
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let fits = either(words, at, allowed);
        *at += 1;
        return fits;
    }
    if words.get(*at) == Some(&"WITH") {
        // An exception gives more than the licence does.
        *at += 2;
    }
    allowed.contains(*word)
}

#[test]
fn a_licence_is_read_as_it_is_meant() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Zlib".to_owned()]);
    for (expression, fits) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("(MIT OR GPL-3.0) AND Zlib", true),
        ("MIT AND (GPL-3.0 OR LGPL-3.0)", false),
        ("MIT WITH some-exception", true),
        ("MIT Zlib", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), fits, "{expression}");
    }
}

#[test]
fn every_licence_is_one_of_those_that_were_agreed_to() {
    let policy = read("deny.toml");
    let allowed = listed(&policy, "allow", "\"([^\"]+)\"");
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8(rustc.stdout).expect("text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    // What other systems need needn't be on this machine.
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version=1", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&cargo.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&cargo.stderr)));
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "only {} packages", packages.len());
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| !is_allowed(package["license"].as_str().unwrap_or_default(), &allowed))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(wrong.is_empty(), "not among those of deny.toml:\n{}", wrong.join("\n"));
}

#[test]
fn every_package_comes_from_the_registry_and_mostly_in_one_version() {
    let (lock, policy) = (read("Cargo.lock"), read("deny.toml"));
    let registry = ["registry", "https://github.com/rust-lang/crates.io-index"].join("+");
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut faults = Vec::new();
    for package in lock.split("[[package]]\n").skip(1) {
        let member = |key: &str| {
            package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
        };
        let name = member("name").expect("a name");
        versions.entry(name).or_default().push(member("version").expect("a version"));
        match (member("source"), member("checksum")) {
            (None, None) if name == env!("CARGO_PKG_NAME") => {}
            (Some(source), Some(_)) if source == registry => {}
            (source, _) => faults.push(format!("{name} comes from {source:?}, or has no checksum")),
        }
    }
    assert!(versions.len() > 100, "only {} packages", versions.len());
    let known = listed(&policy, "skip", "crate = \"([^\"]+)\", reason = \"[^\"]+\"");
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        let is_known = |version: &&&str| {
            known.iter().any(|one| {
                one.split_once('@').is_some_and(|(other, begins)| {
                    other == *name && format!("{version}.").starts_with(&format!("{begins}."))
                })
            })
        };
        if versions.len() - versions.iter().filter(is_known).count() != 1 {
            faults
                .push(format!("{name} is there as {}; deny.toml has a reason for all but one", versions.join(" and ")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
