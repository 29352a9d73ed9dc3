//! `--dry-run`: the plan and the requests that a run would send, without sending any.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::engine::Engine;
use crate::execute::{Unprepared, curl, prepare};
use crate::model::case::Step;
use crate::model::secret::Secrets;
use crate::model::target::SetupStep;
use crate::model::template::Scope;
use crate::plan::Trial;

/// What would be done, in plan order. What only an answer can tell stands there as `{{name}}`.
pub(super) fn requests(engine: &Engine) -> String {
    let secrets = &engine.plan.secrets;
    let mut text = String::new();
    if let Some(ready) = &engine.target.ready {
        let _ = writeln!(text, "readiness of the target: GET {}", secrets.mask(&ready.url));
    }
    preparation("set-up", &engine.target.setup, secrets, &mut text);
    let mut count = 0;
    for trial in &engine.plan.trials {
        let ids: Vec<&str> = trial.requirements.iter().map(|id| &*id.0).collect();
        let aside = if trial.auxiliary { "  (a control of another trial)" } else { "" };
        let _ = writeln!(text, "{}  {}  {}{aside}", trial.id, trial.level.word(), ids.join(" "));
        if let Some(capability) = &trial.unclaimed {
            let _ = writeln!(text, "  skipped: the target doesn't claim `{capability}`");
            continue;
        }
        let parts = [("set-up   ", &trial.case.setup), ("", &trial.case.steps), ("clean-up ", &trial.case.cleanup)];
        for (part, step) in parts.iter().flat_map(|(part, steps)| steps.iter().map(move |step| (part, step))) {
            count += step.repeat;
            let times = if step.repeat > 1 { format!("   # {} times", step.repeat) } else { String::new() };
            let _ = writeln!(text, "  {part}{}{times}", request(engine, trial, step, secrets));
        }
    }
    preparation("clean-up", &engine.target.cleanup, secrets, &mut text);
    if let Some(sharding) = &engine.plan.sharding {
        let _ = writeln!(text, "\n{}, which has {} trials in all", sharding.shard, sharding.whole);
    }
    let trials = engine.plan.trials.len();
    let _ = writeln!(text, "\n{trials} trials, {count} requests to {}; none was sent", engine.target.name);
    text
}

fn preparation(what: &str, steps: &[SetupStep], secrets: &Secrets, text: &mut String) {
    for step in steps {
        let line = match step {
            SetupStep::Request { method, url, .. } => format!("{method} {}", secrets.mask(url)),
            SetupStep::Command { words, .. } => secrets.mask(&words.join(" ")).into_owned(),
        };
        let _ = writeln!(text, "{what} of the target: {line}");
    }
}

fn request(engine: &Engine, trial: &Trial, step: &Step, secrets: &Secrets) -> String {
    let case = &trial.case;
    let captures: Map<String, Value> = case
        .setup
        .iter()
        .chain(&case.steps)
        .chain(&case.cleanup)
        .flat_map(|step| &step.captures)
        .map(|capture| (capture.name.clone(), Value::String(format!("{{{{{}}}}}", capture.name))))
        .collect();
    let target = engine.target.for_templates(&trial.service);
    let scope = Scope {
        parameters: &trial.parameters,
        captures: &captures,
        personas: &engine.plan.personas,
        world: &engine.contract.world,
        target: &target,
    };
    let base = engine.target.url(&trial.service);
    match prepare(&step.request, base, &engine.plan.personas, &scope) {
        Ok(prepared) => {
            format!("{}: {}", prepared.persona, curl(&prepared, engine.target.link(&trial.service), secrets))
        }
        Err(Unprepared::Uncaptured(name)) => {
            format!("{} with `{name}`, which only an answer can tell", step.request.method)
        }
        Err(Unprepared::Elsewhere(path)) => {
            format!("{} to `{}`, which only an answer can tell", step.request.method, secrets.mask(&path))
        }
    }
}
