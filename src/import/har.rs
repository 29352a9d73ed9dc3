//! HTTP archives (HAR 1.2), as browsers and proxies save them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::draft::Draft;
use super::recorded::{self, Answered, Exchange};

/// The draft of what was recorded: calls of an API, not the pages, pictures and scripts around them.
pub(super) fn draft(document: &str, archive: &Value, name: Option<&str>) -> Result<Draft, String> {
    let entries = archive.pointer("/log/entries").and_then(Value::as_array).ok_or("has no `log.entries`")?;
    let exchanges: Vec<Exchange> = entries.iter().filter_map(exchange).collect();
    if exchanges.is_empty() {
        return Err(format!("has {} recorded requests, of which none looks like a call of an API", entries.len()));
    }
    let stem = document.rsplit_once('.').map_or(document, |(stem, _)| stem);
    let mut draft = recorded::draft(document, &exchanges, name.unwrap_or(stem));
    if draft.clauses.is_empty() {
        return Err("has no request with a URL of HTTP".into());
    }
    let left_out = entries.len() - exchanges.len();
    if left_out > 0 {
        let what = "pages, scripts, pictures, preflights, answers out of a cache, or ended without an answer";
        draft.remarks.push(format!("{left_out} of {} recorded requests are left out: {what}", entries.len()));
    }
    Ok(draft)
}

fn exchange(entry: &Value) -> Option<Exchange> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let (request, response) = (entry.get("request")?, entry.get("response")?);
    let (method, url) = (text(request, "method")?, text(request, "url")?);
    let status = response.get("status").and_then(Value::as_u64).filter(|status| (100..=599).contains(status))?;
    let content = response.get("content").unwrap_or(&Value::Null);
    let media_type = text(content, "mimeType").map(|name| media_type(&name)).filter(|name| name.contains('/'));
    let body = text(content, "text").and_then(|body| {
        let encoded = content.get("encoding").and_then(Value::as_str) == Some("base64");
        let bytes = if encoded { STANDARD.decode(body).ok()? } else { body.into_bytes() };
        serde_json::from_slice::<Value>(&bytes).ok()
    });
    let json = media_type.as_deref().is_some_and(|name| name.ends_with("json"));
    let kind = text(entry, "_resourceType").unwrap_or_default();
    let called = matches!(kind.as_str(), "xhr" | "fetch") || json || !matches!(method.as_str(), "GET" | "HEAD");
    let over_http = url.starts_with("http://") || url.starts_with("https://");
    if !over_http || !called || method == "OPTIONS" || method == "CONNECT" || status == 304 || status < 200 {
        return None;
    }
    let headers = pairs(request.get("headers")).into_iter().filter(|(name, _)| !name.starts_with(':')).collect();
    Some(Exchange {
        method,
        url,
        headers,
        body: request.get("postData").and_then(sent),
        answer: Some(Answered { status, media_type, body: body.filter(|_| json) }),
        missing: Vec::new(),
    })
}

fn sent(data: &Value) -> Option<(String, String)> {
    let kind = data.get("mimeType").and_then(Value::as_str).unwrap_or_default().to_owned();
    let text = data.get("text").and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(text) = text {
        return Some((kind, text.to_owned()));
    }
    let encode = |text: &str| percent_encoding::utf8_percent_encode(text, crate::model::template::RESERVED).to_string();
    let fields: Vec<String> =
        pairs(data.get("params")).iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    (!fields.is_empty()).then(|| (kind, fields.join("&")))
}

/// Lists of `{name, value}`.
fn pairs(list: Option<&Value>) -> Vec<(String, String)> {
    let text = |item: &Value, key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| Some((text(item, "name")?, text(item, "value").unwrap_or_default()))).collect()
}

/// A media type without its parameters.
fn media_type(text: &str) -> String {
    let name = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(c));
    let good = name.split_once('/').is_some_and(|(kind, rest)| token(kind) && token(rest));
    if good { name } else { String::new() }
}
