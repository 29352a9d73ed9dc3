//! What each stage takes, one after the other and without a network: `cargo bench --manifest-path bench/Cargo.toml`.

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use probity::check::{self, Judgement, Subject};
use probity::load::{Origin, contract, target_from_url};
use probity::model::case::Rows;
use probity::model::contract::Contract;
use probity::model::event::Event;
use probity::model::exchange::{Answer, Ending, Wire};
use probity::model::parameters::Parameters;
use probity::model::secret::Secrets;
use probity::model::template::{Scope, Template};
use probity::plan::{Selection, plan};
use probity::reference::{Server, World};
use probity::report::format::Format;
use probity::run::{Settings, run};
use serde_json::{Map, Value, json};

const CASES: usize = 1_000;

/// A contract of so many cases of their own, as `suites.py` writes them.
fn written() -> (tempfile::TempDir, Contract) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    };
    write("contract.yaml", "contract: items\nversion: 1.0.0\nservices: {shop: }\n");
    write(
        "requirements.yaml",
        "- {id: ITEM, level: must, source: {document: items.md, section: Items}, says: an item is a record}\n",
    );
    write("schemas/item.json", include_str!("../item.schema.json"));
    let case = |at: usize| {
        format!(
            "  - case: item-{at}\n    requirements: [ITEM]\n    request: GET /item/{at}\n    expect:\n      status: 200\n      \
             headers: {{content-type: application/json}}\n      schema: item\n      body: [{{at: $.id, equals: {at}}}]\n"
        )
    };
    let cases: String = (0..CASES).map(case).collect();
    write("suites/items.yaml", &format!("suite: items\nservice: shop\ncases:\n{cases}"));
    let contract = contract(&Origin::Folder(folder.path().to_path_buf())).expect("a contract");
    (folder, contract)
}

fn answer() -> Answer {
    let body = json!({"id": 0, "name": "item 0", "price": 0.5, "tags": ["a", "b"], "stock": {"here": 0, "there": 0}, "open": true});
    Answer {
        status: 200,
        reason: "OK".into(),
        headers: vec![("content-type".into(), Bytes::from_static(b"application/json"))],
        body: Bytes::from(body.to_string()),
        ending: Ending::Complete,
        wire: Wire::default(),
    }
}

/// The events of a run of the shipped contract against the reference server.
fn events() -> (Vec<Event>, usize) {
    let contract = contract(&Origin::Shipped).expect("the shipped contract");
    let world = World::from_json(&contract.world).expect("the world");
    let server = Server::start(world, "127.0.0.1:0".parse().expect("an address"), &[]).expect("the reference server");
    let target = target_from_url(&server.url(), &contract).expect("a target");
    let plan = plan(&contract, Some(&target), &Selection::default()).expect("a plan");
    let settings = Settings { exchanges: true, ..Settings::default() };
    let mut events = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let never = AtomicBool::new(false);
    runtime
        .block_on(run(&contract, &plan, &target, &settings, &never, &mut |event| events.push(event)))
        .expect("a run");
    let trials = plan.trials.len();
    (events, trials)
}

fn load_and_plan(criterion: &mut Criterion) {
    let (folder, contract_of_cases) = written();
    let origin = Origin::Folder(PathBuf::from(folder.path()));
    let mut group = criterion.benchmark_group("a case");
    group.throughput(Throughput::Elements(CASES as u64));
    group.bench_function("load", |bencher| bencher.iter(|| contract(&origin).expect("a contract")));
    group.bench_function("plan", |bencher| {
        bencher.iter(|| plan(&contract_of_cases, None, &Selection::default()).expect("a plan"));
    });
    group.finish();
    criterion.bench_function("load the shipped contract", |bencher| {
        bencher.iter(|| contract(&Origin::Shipped).expect("a contract"));
    });
}

fn template(criterion: &mut Criterion) {
    let text = "/users/{{id}}/items/{{item.number | percent}}?page=1";
    let template = Template::parse(text).expect("a template");
    let parameters = Parameters::new(vec![("id".into(), json!("2533274793395567")), ("item".into(), json!({"number": "a b"}))]);
    let (captures, personas) = (Map::new(), std::collections::BTreeMap::new());
    let scope = Scope { parameters: &parameters, captures: &captures, personas: &personas, world: &Value::Null, target: &Value::Null };
    criterion.bench_function("template: parse", |bencher| bencher.iter(|| Template::parse(black_box(text)).expect("a template")));
    criterion.bench_function("template: fill in", |bencher| bencher.iter(|| template.text(black_box(&scope)).expect("a text")));
}

fn check_and_redact(criterion: &mut Criterion) {
    let (_folder, contract) = written();
    let case = &contract.suites[0].cases[0];
    assert!(matches!(case.rows, Rows::One));
    let (parameters, captures, personas) = (Parameters::default(), Map::new(), std::collections::BTreeMap::new());
    let scope = Scope { parameters: &parameters, captures: &captures, personas: &personas, world: &contract.world, target: &Value::Null };
    let answer = answer();
    let expectations = [(&case.steps[0].expect, &case.requirements[0])];
    criterion.bench_function("check an answer", |bencher| {
        bencher.iter(|| {
            let judgement = check::judge(&Subject::new("GET", &answer, scope, &[]), &expectations, Judgement::default());
            assert!(judgement.findings.is_empty());
        });
    });
    let secrets = Secrets::new((0..20).map(|at| format!("token-of-persona-{at}-9f3b")));
    let text = String::from_utf8_lossy(&answer.body).repeat(20);
    let mut group = criterion.benchmark_group("a text of 2 KiB");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("mask", |bencher| bencher.iter(|| secrets.mask(black_box(&text)).len()));
    group.finish();
}

fn report(criterion: &mut Criterion) {
    let (events, trials) = events();
    let events: Vec<Arc<Event>> = events.into_iter().map(Arc::new).collect();
    let mut group = criterion.benchmark_group("a trial's part of a report");
    group.throughput(Throughput::Elements(trials as u64));
    group.sample_size(10);
    for (name, format) in [("json", Format::Json), ("junit", Format::Junit), ("html", Format::Html)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut reporter = format.reporter(std::io::sink());
                for event in &events {
                    reporter.event(event).expect("written");
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, load_and_plan, template, check_and_redact, report);
criterion_main!(benches);
