//! What must never be shown: what the contract and the target call secrets, and what personas send as their credentials.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::model::contract::Contract;
use crate::model::parameters::Parameters;
use crate::model::persona::Persona;
use crate::model::secret::{CREDENTIAL_HEADERS, Secrets, names_a_secret, texts};
use crate::model::target::Target;
use crate::model::template::Scope;

/// Everything that is secret before the first request.
pub(super) fn secrets(contract: &Contract, personas: &BTreeMap<String, Persona>, target: Option<&Target>) -> Secrets {
    let mut secrets = contract.secrets.clone();
    let mut found: Vec<String> = target.map(|target| target.secrets.clone()).unwrap_or_default();
    let named = target.into_iter().flat_map(|target| target.personas.values()).flatten();
    found.extend(named.filter(|(name, _)| names_a_secret(name)).flat_map(|(_, value)| texts(value)));
    let (parameters, captures) = (Parameters::default(), Map::new());
    let of_target = target.map_or(Value::Null, |target| target.for_templates(""));
    let world = &contract.world;
    let scope = Scope { parameters: &parameters, captures: &captures, personas, world, target: &of_target };
    let headers = personas.values().flat_map(|persona| &persona.headers);
    for (_, template) in headers.filter(|(name, _)| is_credential(name)) {
        // The text with its scheme, and each value in it by itself. What leads nowhere is reported elsewhere.
        found.extend(template.text(&scope));
        found.extend(
            template.references().filter_map(|reference| reference.value(&scope).ok()).flat_map(|value| texts(&value)),
        );
    }
    secrets.extend(found);
    secrets
}

fn is_credential(header: &str) -> bool {
    CREDENTIAL_HEADERS.contains(&header) || names_a_secret(header)
}
