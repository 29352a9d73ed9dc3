//! Filling in every template of a step and its expectation.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fit::Becomes;
use super::{Captures, Resolver};
use crate::diagnostic::Place;
use crate::model::case::{CaptureSource, RequestBody, Step};
use crate::model::expectation::{BodyRules, BodyTestKind, Bound, Expectation, HeaderTest, Pattern, Selector, Subject};
use crate::model::parameters::Parameters;
use crate::model::template::{Scope, Template, Unresolved, ValueTemplate};

impl Resolver<'_> {
    pub(super) fn step(&mut self, step: &Step, parameters: &Parameters, captures: &mut Captures) {
        if self.checks {
            self.request(step, parameters, captures);
        }
        self.expectation(&step.expect, parameters, captures);
        for capture in &step.captures {
            if let CaptureSource::Body(selector) = &capture.source {
                self.selector(selector, &capture.place, parameters, captures);
            }
            captures.made.insert(capture.name.clone(), Value::String("captured".into()));
        }
    }

    fn request(&mut self, step: &Step, parameters: &Parameters, captures: &mut Captures) {
        let request = &step.request;
        let place = &request.place;
        self.template(&request.persona, place, parameters, captures, Becomes::Persona);
        self.template(&request.path, place, parameters, captures, Becomes::Path);
        let multi = request.query.iter().chain(&request.headers).flat_map(|(_, values)| values);
        for template in multi {
            self.template(template, place, parameters, captures, Becomes::Anything);
        }
        match &request.body {
            RequestBody::None => {}
            RequestBody::Json(value) => self.value(value, &step.place, parameters, captures, Becomes::Anything),
            RequestBody::Text(template) => {
                self.template(template, &step.place, parameters, captures, Becomes::Anything);
            }
            RequestBody::Form(fields) => {
                for template in fields.iter().flat_map(|(_, values)| values) {
                    self.template(template, &step.place, parameters, captures, Becomes::Anything);
                }
            }
        }
    }

    pub(super) fn expectation(&mut self, expect: &Expectation, parameters: &Parameters, captures: &mut Captures) {
        if !self.checks {
            return;
        }
        for rule in &expect.headers {
            for test in &rule.tests {
                match test {
                    HeaderTest::Equals(template) | HeaderTest::Contains(template) => {
                        self.template(template, &rule.place, parameters, captures, Becomes::Anything);
                    }
                    HeaderTest::OneOf(templates) => {
                        for template in templates {
                            self.template(template, &rule.place, parameters, captures, Becomes::Anything);
                        }
                    }
                    HeaderTest::Pattern(pattern) => self.pattern(pattern, &rule.place, parameters, captures),
                    _ => {}
                }
            }
        }
        if let BodyRules::Rules(rules) = &expect.body {
            for rule in rules {
                if let Subject::Nodes(selector) = &rule.subject {
                    self.selector(selector, &rule.place, parameters, captures);
                }
                for test in &rule.tests {
                    self.body_test(&test.kind, &test.place, parameters, captures);
                }
            }
        }
        for branch in expect.branches() {
            self.expectation(branch, parameters, captures);
            self.canaries(branch, parameters, captures, &mut Vec::new(), &mut Vec::new());
        }
    }

    pub(super) fn body_test(
        &mut self,
        test: &BodyTestKind,
        place: &Place,
        parameters: &Parameters,
        captures: &mut Captures,
    ) {
        match test {
            BodyTestKind::Equals(value) | BodyTestKind::Includes(value) => {
                self.value(value, place, parameters, captures, Becomes::Anything);
            }
            BodyTestKind::OneOf(value) | BodyTestKind::SubsetOf(value) | BodyTestKind::SameSetAs(value) => {
                self.value(value, place, parameters, captures, Becomes::List);
            }
            BodyTestKind::Contains(template) => {
                self.template(template, place, parameters, captures, Becomes::Anything);
            }
            BodyTestKind::Pattern(pattern) => self.pattern(pattern, place, parameters, captures),
            BodyTestKind::Range(min, max) => {
                for bound in [min, max].into_iter().flatten() {
                    if let Bound::CountOf(selector) = bound {
                        self.selector(selector, place, parameters, captures);
                    }
                }
            }
            BodyTestKind::Type(_) | BodyTestKind::Absent | BodyTestKind::Count(..) | BodyTestKind::Unique => {}
        }
    }

    /// The texts that an expectation shows and withholds, filled in.
    pub(super) fn canaries(
        &mut self,
        expect: &Expectation,
        parameters: &Parameters,
        captures: &mut Captures,
        contains: &mut Vec<String>,
        lacks: &mut Vec<String>,
    ) {
        let lists = [(&expect.contains, contains), (&expect.lacks, lacks)];
        for (canaries, texts) in lists {
            let Some(canaries) = canaries else { continue };
            for text in &canaries.texts {
                self.value(text, &canaries.place, parameters, captures, Becomes::Canaries(texts));
            }
        }
    }

    pub(super) fn pattern(
        &mut self,
        pattern: &Pattern,
        place: &Place,
        parameters: &Parameters,
        captures: &mut Captures,
    ) {
        if let Pattern::Templated(template) = pattern {
            self.template(template, place, parameters, captures, Becomes::Pattern);
        }
    }

    pub(super) fn selector(
        &mut self,
        selector: &Selector,
        place: &Place,
        parameters: &Parameters,
        captures: &mut Captures,
    ) {
        if let Selector::Templated(template) = selector {
            self.template(template, place, parameters, captures, Becomes::Selector);
        }
    }

    pub(super) fn template(
        &mut self,
        template: &Template,
        place: &Place,
        parameters: &Parameters,
        captures: &mut Captures,
        becomes: Becomes<'_>,
    ) {
        let is_known = match becomes {
            Becomes::Anything => true,
            Becomes::Persona | Becomes::Path => self.again,
            _ => false,
        };
        if is_known && template.as_literal().is_some() {
            return;
        }
        let of_capture = self.speaks_of(template, parameters, captures);
        let scope = self.scope(parameters, &captures.made);
        // What can become anything only has to become something.
        let value = match becomes {
            Becomes::Anything => template.leads_somewhere(&scope).map(|()| Cow::Borrowed(&Value::Null)),
            _ => template.value(&scope),
        };
        self.becomes(value, of_capture, place, becomes);
    }

    pub(super) fn value(
        &mut self,
        value: &ValueTemplate,
        place: &Place,
        parameters: &Parameters,
        captures: &mut Captures,
        becomes: Becomes<'_>,
    ) {
        if matches!((&becomes, value), (Becomes::Anything, ValueTemplate::Literal(_))) {
            return;
        }
        let mut of_capture = false;
        value.templates(&mut |template| of_capture |= self.speaks_of(template, parameters, captures));
        let scope = self.scope(parameters, &captures.made);
        self.becomes(value.value(&scope), of_capture, place, becomes);
    }

    /// Notes what a template speaks of; whether it is of a capture.
    fn speaks_of(&mut self, template: &Template, parameters: &Parameters, captures: &mut Captures) -> bool {
        let mut of_capture = false;
        for reference in template.references() {
            let name = &reference.name;
            let named = parameters.get(name);
            if named.is_none() && captures.made.contains_key(name) {
                note(&mut captures.used, name);
                of_capture = true;
            }
            let persona = match named {
                None => Some(name),
                Some(Value::String(named)) => Some(named),
                Some(_) => None,
            };
            if let Some(persona) = persona.filter(|persona| self.personas.contains_key(*persona)) {
                note(&mut self.used, persona);
            }
        }
        of_capture
    }

    fn scope<'s>(&self, parameters: &'s Parameters, captures: &'s Map<String, Value>) -> Scope<'s>
    where
        Self: 's,
    {
        Scope { parameters, captures, personas: self.personas, world: self.world, target: &Value::Null }
    }

    fn becomes(
        &mut self,
        value: Result<Cow<'_, Value>, Unresolved>,
        of_capture: bool,
        place: &Place,
        becomes: Becomes<'_>,
    ) {
        match value {
            // What a capture will be is known only when it was made.
            _ if of_capture => {}
            Ok(value) => self.fits(&value, place, becomes),
            Err(unresolved) if unresolved.reference.starts_with("target") => {}
            Err(unresolved) => self.unresolved(&unresolved, place),
        }
    }
}

pub(super) fn note(names: &mut BTreeSet<String>, name: &str) {
    if !names.contains(name) {
        names.insert(name.to_owned());
    }
}
