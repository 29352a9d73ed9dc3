//! Which service answers which address. The four services have one host here; their addresses don't
//! overlap.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, header};

use super::{
    answer::{ErrorCode, Refusal},
    call::Call,
    console,
    defect::{Defect, Memory, Turn},
    people, presence, profile,
    reply::Reply,
    world::World,
};

/// The four services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Service {
    Profile,
    People,
    Presence,
    Console,
}

/// What the server knows and how it is bent; one request has it for itself for as long as it takes
/// to answer.
struct Shared {
    world: World,
    memory: Memory,
    defects: Vec<&'static Defect>,
}

pub(super) fn router(world: World, defects: &[&'static Defect]) -> Router {
    let shared = Shared { world, memory: Memory::default(), defects: defects.to_vec() };
    Router::new().fallback(receive).with_state(Arc::new(Mutex::new(shared)))
}

async fn receive(State(shared): State<Arc<Mutex<Shared>>>, request: Request) -> Response {
    let call = match Call::receive(request).await {
        Ok(call) => call,
        Err(refusal) => return Reply::from(refusal).into_response(),
    };
    // A service that panicked has changed nothing by halves: each changes the world in its last
    // step.
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let Shared { world, memory, defects } = &mut *shared;
    let Some(service) = service_at(&call) else {
        return Reply::from(not_found()).into_response();
    };
    let bent: Vec<&Defect> = defects.iter().copied().filter(|defect| defect.service == service).collect();
    Turn::new(world, call, memory, &bent).proceed().into_response()
}

/// The service whose address it is, whatever the method.
fn service_at(call: &Call) -> Option<Service> {
    let segments: Vec<&str> = call.path().split('/').skip(1).collect();
    match segments[..] {
        ["users", "batch", "profile", "settings"] => Some(Service::Profile),
        ["users", user, "profile", ..] if !user.is_empty() => Some(Service::Profile),
        ["users", user, "people", "xuids"] if !user.is_empty() => Some(Service::People),
        ["users", user] if !user.is_empty() => Some(Service::Presence),
        ["ext", "user"] => Some(Service::Console),
        _ => None,
    }
}

/// What the server answers without any defect.
pub(super) fn honest(world: &mut World, call: &Call) -> Reply {
    // HEAD is GET; the connection leaves the body out.
    let is = |method: Method| call.method == method || method == Method::GET && call.method == Method::HEAD;
    match service_at(call) {
        Some(Service::Profile) if call.path() != profile::BATCH => profile::blocked().into(),
        Some(Service::Profile) if is(Method::POST) => profile::post(world, call).into(),
        Some(Service::People) if is(Method::POST) => people::post(world, call).into(),
        Some(Service::Profile | Service::People) => method_not_allowed("POST"),
        Some(Service::Presence) if is(Method::GET) => presence::get(world, call).into(),
        Some(Service::Presence) => method_not_allowed("GET,HEAD"),
        Some(Service::Console) if is(Method::GET) => Reply::from(console::get(world)),
        Some(Service::Console) if is(Method::PUT) => console::put(world, call).into(),
        Some(Service::Console) => method_not_allowed("GET,HEAD,PUT"),
        None => not_found().into(),
    }
}

fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, ErrorCode::Unspecified, "there is nothing here")
}

fn method_not_allowed(allowed: &str) -> Reply {
    let description = "this address does not answer to that method";
    let mut reply = Reply::from(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::Unspecified, description));
    reply.set(header::ALLOW, allowed);
    reply
}
