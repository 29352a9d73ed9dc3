//! Who is calling. What a caller may do is each service's own business, and so is the status of a
//! refusal.

use http::header;

use super::{
    call::Call,
    world::{Credential, World},
    xuid::Xuid,
};

/// Somebody whose credential this server has issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    User(Xuid),
    /// A site that acts for nobody in this world: it is nobody's friend and owns nothing.
    ThirdParty,
}

/// Why it can't be told who is calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unidentified {
    #[error("there is no authorization")]
    NoCredential,
    #[error("the authorization is not a token of this service")]
    UnknownToken,
    #[error("the token has no XUID claim")]
    NoXuid,
}

pub(super) fn identify(world: &World, call: &Call) -> Result<Caller, Unidentified> {
    let authorization = call.header(header::AUTHORIZATION.as_str()).unwrap_or_default();
    if authorization.trim().is_empty() {
        return Err(Unidentified::NoCredential);
    }
    // A token is opaque: the world's own, byte for byte, or none.
    match world.credential(&authorization) {
        Some(Credential::User(xuid)) => Ok(Caller::User(xuid)),
        Some(Credential::ThirdParty) => Ok(Caller::ThirdParty),
        Some(Credential::NoXuid) => Err(Unidentified::NoXuid),
        None => Err(Unidentified::UnknownToken),
    }
}
