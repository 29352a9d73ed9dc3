//! Another status.

use http::StatusCode;

use super::{Anatomy, Answer, Operator, Site};

/// The statuses that servers get wrong, by class. 204 and 304 are left out: they have no body.
const USUAL: [&[u16]; 4] = [
    &[200, 201, 202, 206],
    &[301, 302, 303, 307],
    &[400, 401, 403, 404, 405, 409, 410, 422, 429],
    &[500, 501, 502, 503],
];

fn others(status: u16, same_class: bool) -> impl Iterator<Item = u16> {
    let class = USUAL.iter().flat_map(|codes| codes.iter().copied());
    class.filter(move |code| (code / 100 == status / 100) == same_class && *code != status)
}

pub(super) fn sites(anatomy: &Anatomy<'_>, found: &mut dyn FnMut(Operator, usize, u16)) {
    let status = anatomy.answer.status;
    for code in others(status, false) {
        found(Operator::OtherClassStatus, 0, code);
    }
    for code in others(status, true) {
        found(Operator::SameClassStatus, 0, code);
    }
}

pub(super) fn alter(anatomy: &Anatomy<'_>, site: Site) -> Answer {
    let code = StatusCode::from_u16(site.variant).ok();
    let reason = code.and_then(|code| code.canonical_reason()).unwrap_or_default().to_owned();
    Answer { status: site.variant, reason, ..anatomy.answer.clone() }
}
