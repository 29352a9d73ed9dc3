//! The URL of a target.

/// The URL without a final `/`, or what is wrong with it.
pub(in crate::load) fn base_url(url: &str) -> Result<String, &'static str> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err("has no scheme");
    };
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return Err("is neither http nor https");
    }
    let parsed = url::Url::parse(url).map_err(|_| "is no URL")?;
    if parsed.host_str().is_none_or(str::is_empty) || rest.is_empty() {
        return Err("has no host");
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("has credentials in it; they belong into the headers of a persona");
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err("has a query or a fragment, which a base URL can't have");
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// A URL as it can be shown.
pub(super) fn without_credentials(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rfind('@') {
        Some(at) => format!("{scheme}://[secret]{}", &rest[at..]),
        None => url.to_owned(),
    }
}

/// Whether the URL has a name for its host, and not an address.
pub(super) fn has_host_name(url: &str) -> bool {
    url::Url::parse(url).ok().and_then(|url| url.domain().map(str::to_owned)).is_some()
}
