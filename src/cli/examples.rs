//! What the help of each command shows to try out. `tests/hand.rs` holds that every line is one that is understood.

pub(super) const INIT: &str = "Examples:
  probity init shop
  probity init shop --from openapi.yaml
  probity init shop --from recording.har
  probity init shop --from \"curl https://api.example/items -H 'accept: application/json'\"";

pub(super) const RUN: &str = "Examples:
  probity run
  probity run shop --target http://127.0.0.1:8080
  probity run shop --target shop/target.yaml --report html=report.html
  probity run shop --target http://127.0.0.1:8080 --only must --skip shop/basket
  probity run shop --target http://127.0.0.1:8080 --last-failed -vv
  probity run shop --target http://127.0.0.1:8080 --watch
  probity run shop --target http://127.0.0.1:8080 --dry-run
  probity run shop --target shop/target.yaml --strict --suggest-waivers

`probity explain pattern` says what --only and --skip take.";

pub(super) const PROVE: &str = "Examples:
  probity prove
  probity prove shop --target shop/target.yaml --budget all";

pub(super) const REVIEW: &str = "Examples:
  probity review --target shop.yaml
  probity review snapshots --accept 'tea/**'
  probity review --html review.html
  probity review --json";

pub(super) const REPORT: &str = "Examples:
  probity report report.json
  probity report report.json --to html=report.html --to junit=junit.xml";

pub(super) const DIFF: &str = "Examples:
  probity diff old.json new.json
  probity diff http://127.0.0.1:8080 http://127.0.0.1:9090 shop
  probity diff old.json shop/target.yaml shop --json";

pub(super) const MATRIX: &str = "Examples:
  probity matrix one.json other.json
  probity matrix one.json other.json --to html=servers.html --to markdown=servers.md";

pub(super) const SNAPSHOTS: &str = "Examples:
  probity snapshots stabilise shop --target http://127.0.0.1:8080
  probity snapshots stabilise shop --target shop/target.yaml --runs 5";

pub(super) const LIST: &str = "Examples:
  probity list shop
  probity list --only 'presence/**' --json
  probity list --requirements
  probity list --defects";

pub(super) const LINT: &str = "Examples:
  probity lint shop";

pub(super) const WORLD: &str = "Examples:
  probity world shop";

pub(super) const SERVE: &str = "Examples:
  probity serve --addr 127.0.0.1:8080
  probity serve --defect profile-downgrades-pictures";

pub(super) const EXPLAIN: &str = "Examples:
  probity explain PRESENCE-PRIVACY-7
  probity explain unknown-key
  probity explain matrix
  probity explain exit-codes
  probity explain SHOP-PRICE-STRING shop";

pub(super) const SCHEMA: &str = "Examples:
  probity schema suite";

pub(super) const COMPLETIONS: &str = "Examples:
  probity completions bash
  probity completions zsh
  probity completions fish";

pub(super) const MAN: &str = "Examples:
  probity man
  probity man target/man";
