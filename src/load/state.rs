//! The world, who acts in it, and what of it is secret.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fields::Problems;
use super::manifest::Manifest;
use super::source::{FileKind, Files};
use super::{persona, single, value, yaml};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::path::JsonPath;
use crate::model::persona::Persona;
use crate::model::secret::{SHORTEST, Secrets, texts};

/// What a contract says of the state that a server is put into.
pub(super) struct State {
    pub(super) world: Value,
    pub(super) personas: BTreeMap<String, Persona>,
    pub(super) secrets: Secrets,
    pub(super) short_secrets: Vec<Place>,
}

pub(super) fn state(files: &Files, manifest: &Manifest, problems: &Problems) -> State {
    let world = world(files, problems);
    let is_known = world.is_some();
    let world = world.unwrap_or_else(|| Value::Object(Map::new()));
    let persona_node = single(files, FileKind::Personas, problems);
    // Personas stand for objects of the world: without it, each of them would look wrong.
    let personas = persona::personas(persona_node.as_ref().filter(|_| is_known), &world, problems);
    let secrets = secrets(manifest, &world, is_known, problems);
    let short_secrets = too_short(manifest, &world);
    State { world, personas, secrets, short_secrets }
}

/// The world, which is empty where nothing is said of it; none if it can't be known.
fn world(files: &Files, problems: &Problems) -> Option<Value> {
    if files.of(FileKind::World).next().is_none() {
        return Some(Value::Object(Map::new()));
    }
    let node = single(files, FileKind::World, problems)?;
    if !matches!(node.kind, yaml::Kind::Map(_)) {
        problems.wrong_type(&node, "a mapping that describes the world");
        return None;
    }
    Some(value::json(&node))
}

fn secrets(manifest: &Manifest, world: &Value, world_is_known: bool, problems: &Problems) -> Secrets {
    for (_, place) in manifest.secrets.iter().filter(|(path, _)| world_is_known && path.values(world).is_empty()) {
        problems.push(
            Diagnostic::at(Code::InvalidValue, place, "this selects nothing in the world")
                .label("would keep no secret"),
        );
    }
    let selected = manifest.secrets.iter().flat_map(|(path, _)| path.values(world));
    Secrets::new(selected.flat_map(texts))
}

/// What a person should know of the secrets of a contract, though it is no fault: which of them can't be masked.
fn too_short(manifest: &Manifest, world: &Value) -> Vec<Place> {
    let short = |(path, _): &&(JsonPath, Place)| {
        path.values(world).into_iter().flat_map(texts).any(|text| text.len() < SHORTEST)
    };
    manifest.secrets.iter().filter(short).map(|(_, place)| place.clone()).collect()
}
