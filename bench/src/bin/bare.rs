//! The bare loop: `bare URL PATH COUNT CONNECTIONS` sends COUNT requests for URL/PATH/N, reads each body as JSON and
//! validates it against one compiled schema. No cases, no reports: nobody who judges answers can do less.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const SCHEMA: &str = include_str!("../../item.schema.json");

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, path, count, connections] = &arguments[..] else {
        eprintln!("usage: bare URL PATH COUNT CONNECTIONS");
        return ExitCode::from(2);
    };
    let (count, connections): (usize, usize) = (count.parse().expect("a count"), connections.parse().expect("a count"));
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema compiles");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let work = Arc::new(Work { base: format!("{url}/{path}"), count, next: 0.into(), good: 0.into(), client, validator });
    let workers: Vec<_> = (0..connections).map(|_| tokio::spawn(Arc::clone(&work).go())).collect();
    for worker in workers {
        worker.await.expect("a worker ends");
    }
    let good = work.good.load(Relaxed);
    println!("{good} of {count} valid");
    if good == count { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What all connections share.
struct Work {
    base: String,
    count: usize,
    next: AtomicUsize,
    good: AtomicUsize,
    client: reqwest::Client,
    validator: jsonschema::Validator,
}

impl Work {
    async fn go(self: Arc<Self>) {
        loop {
            let at = self.next.fetch_add(1, Relaxed);
            if at >= self.count {
                break;
            }
            let answer = self.client.get(format!("{}/{at}", self.base)).send().await.expect("an answer");
            let status = answer.status();
            let body = answer.bytes().await.expect("a body");
            let value: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            if status == 200 && self.validator.is_valid(&value) {
                self.good.fetch_add(1, Relaxed);
            }
        }
    }
}
