//! Which service answers which address. The four services have one host here; their addresses don't
//! overlap.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, any, on},
};
use http::StatusCode;

use super::{
    answer::{Answer, ErrorCode, Refusal},
    call::Call,
    console, people, presence, profile,
    world::World,
};

type SharedWorld = Arc<Mutex<World>>;

/// A service: it gets the world for itself for as long as it takes to answer.
type Service = fn(&mut World, &Call) -> Result<Answer, Refusal>;

pub(super) fn router(world: World) -> Router {
    let profile = serve(MethodFilter::POST, |world, call| profile::post(world, call));
    let people = serve(MethodFilter::POST, people::post);
    let presence = serve(MethodFilter::GET, |world, call| presence::get(world, call));
    let console = serve(MethodFilter::GET, |world, _| Ok(console::get(world)));
    let console = console.merge(serve(MethodFilter::PUT, console::put));

    Router::new()
        .route("/users/batch/profile/settings", profile)
        .route("/users/{user}/profile", any(async || profile::blocked()))
        .route("/users/{user}/profile/{*rest}", any(async || profile::blocked()))
        .route("/users/{user}/people/xuids", people)
        .route("/users/{user}", presence)
        .route("/ext/user", console)
        .fallback(async || not_found())
        .method_not_allowed_fallback(async || method_not_allowed())
        .with_state(Arc::new(Mutex::new(world)))
}

fn serve(method: MethodFilter, service: Service) -> MethodRouter<SharedWorld> {
    on(method, async move |State(world): State<SharedWorld>, request: Request| answer(service, &world, request).await)
}

async fn answer(service: Service, world: &SharedWorld, request: Request) -> Response {
    let call = match Call::receive(request).await {
        Ok(call) => call,
        Err(refusal) => return refusal.into_response(),
    };
    // A service that panicked has changed nothing by halves: each changes the world in its last
    // step.
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    service(&mut world, &call).into_response()
}

fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, ErrorCode::Unspecified, "there is nothing here")
}

/// The router adds `Allow`.
fn method_not_allowed() -> Refusal {
    let description = "this address does not answer to that method";
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::Unspecified, description)
}
