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
  probity run shop --target shop/target.yaml --shard 2/3 --report json=part-2.json
  probity run shop --target shop/target.yaml --strict --suggest-waivers

`probity explain pattern` says what --only and --skip take.";

pub(super) const PROVE: &str = "Examples:
  probity prove
  probity prove shop --target shop/target.yaml --budget all";

pub(super) const SMOKE: &str = "Examples:
  probity smoke --target http://127.0.0.1:8080
  probity smoke shop --target shop/target.yaml

Exit codes: 0 every service answers, 2 wrong input, 3 a service doesn't answer.";

pub(super) const VERIFY: &str = "Examples:
  probity verify
  probity verify shop --target shop/target.yaml --repeat 10 --shuffle
  probity verify shop --target shop/target.yaml --repeat 1 --shuffle --seed 7 --only shop/basket

Exit codes: as of `run`; 1 also where a trial doesn't come to the same every time.";

pub(super) const REVIEW: &str = "Examples:
  probity review --target shop.yaml
  probity review snapshots --accept 'tea/**'
  probity review --html review.html
  probity review --json";

pub(super) const REPORT: &str = "Examples:
  probity report report.json
  probity report report.json --to html=report.html --to junit=junit.xml";

pub(super) const MERGE: &str = "Examples:
  probity merge part-1.json part-2.json part-3.json
  probity merge part-*.json --report json=report.json --report junit=junit.xml

The exit code is that of the whole run; 3 if a part is missing, there twice, or cut short.";

pub(super) const JUDGE: &str = "Examples:
  probity judge report.json
  probity judge report.json --contract shop
  probity judge report.json --contract shop --only shop/basket --report html=report.html

The exit code is that of a run. A trial whose request is another one, or whose stored answer lacks what a check needs, is
inconclusive.";

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
  probity lint shop
  probity lint shop --documents pages";

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
