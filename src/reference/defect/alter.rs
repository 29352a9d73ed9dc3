//! What defects change in answers.

use http::StatusCode;
use serde_json::Value;

use super::{super::reply::Reply, Turn};

impl Turn<'_> {
    /// Proceeds, and changes the JSON body of an answer with this status.
    pub(super) fn alter(&mut self, status: StatusCode, change: impl FnOnce(&mut Value)) -> Reply {
        let mut reply = self.proceed();
        if reply.status == status {
            reply.alter(change);
        }
        reply
    }
}

impl Reply {
    /// Changes the body where it is JSON.
    pub(super) fn alter(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut body) = serde_json::from_slice(&self.body) {
            change(&mut body);
            self.body = body.to_string().into_bytes();
        }
    }
}
