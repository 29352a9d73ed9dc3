//! Who sends the requests of an operation.

use serde_json::Value;

use super::pointer::Document;
use crate::import::draft::Persona;
use crate::import::slug::{slug, variable};

/// What an operation asks of its callers.
pub(super) enum Callers {
    Anybody,
    /// A persona, and what is added to the query.
    Somebody(Persona, Option<String>),
    /// What can't be sent.
    Unlike(String),
}

/// The first of the alternatives that can be met.
pub(super) fn callers<'a>(document: &Document<'a>, operation: &'a Value, contract: &str) -> Callers {
    let said = operation.get("security").or_else(|| document.root.get("security"));
    let alternatives: Vec<&Value> = said.and_then(Value::as_array).into_iter().flatten().collect();
    let open = |one: &&Value| one.as_object().is_none_or(serde_json::Map::is_empty);
    if alternatives.is_empty() || alternatives.iter().any(open) {
        return Callers::Anybody;
    }
    let mut reason = String::new();
    for alternative in alternatives {
        let names: Vec<&String> = alternative.as_object().into_iter().flat_map(|all| all.keys()).collect();
        match persona(document, &names, contract) {
            Ok((persona, query)) => return Callers::Somebody(persona, query),
            Err(unlike) => reason = unlike,
        }
    }
    Callers::Unlike(reason)
}

fn persona(document: &Document<'_>, schemes: &[&String], contract: &str) -> Result<(Persona, Option<String>), String> {
    let name = format!("with_{}", schemes.iter().map(|name| slug(name, "scheme")).collect::<Vec<_>>().join("_"));
    let mut persona = Persona { name: name.clone(), headers: Vec::new(), secrets: Vec::new() };
    let mut query: Option<String> = None;
    for scheme in schemes {
        let all = document.root.pointer("/components/securitySchemes");
        let described = all.and_then(|all| document.member(all, scheme));
        let described = described.ok_or_else(|| format!("the security scheme `{scheme}` isn't described"))?;
        let text = |key: &str| described.get(key).and_then(Value::as_str).unwrap_or_default();
        let member = slug(scheme, "scheme");
        let reference = format!("{{{{{name}.{member}}}}}");
        let kind = text("scheme").to_ascii_lowercase();
        match (text("type"), text("in"), kind.as_str()) {
            ("http", _, "bearer") | ("oauth2" | "openIdConnect", _, _) => {
                persona.headers.push(("authorization".into(), format!("Bearer {reference}")));
            }
            ("http", _, "basic") => persona.headers.push(("authorization".into(), format!("Basic {reference}"))),
            ("http", _, _) => persona.headers.push(("authorization".into(), reference)),
            ("apiKey", "header", _) if http::HeaderName::from_bytes(text("name").as_bytes()).is_ok() => {
                persona.headers.push((text("name").to_ascii_lowercase(), reference));
            }
            ("apiKey", "cookie", _)
                if text("name").bytes().all(|b| b.is_ascii_graphic() && !b";,=\"{".contains(&b)) =>
            {
                persona.headers.push(("cookie".into(), format!("{}={reference}", text("name"))));
            }
            ("apiKey", "query", _) => {
                let field = percent_encoding::utf8_percent_encode(text("name"), crate::model::template::RESERVED);
                let field = format!("{field}={{{{{name}.{member} | percent}}}}");
                query = Some(query.map_or(field.clone(), |before| format!("{before}&{field}")));
            }
            (kind, ..) => return Err(format!("callers prove themselves by `{scheme}` ({kind}), which can't be sent")),
        }
        if !persona.secrets.iter().any(|(known, _)| *known == member) {
            persona.secrets.push((member.clone(), variable(contract, &member)));
        }
    }
    let mut seen: Vec<&String> = Vec::new();
    for (header, _) in &persona.headers {
        if seen.contains(&header) {
            return Err(format!("callers prove themselves by the header `{header}` twice"));
        }
        seen.push(header);
    }
    Ok((persona, query))
}
