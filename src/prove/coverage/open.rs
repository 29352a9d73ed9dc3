//! What of the rules on an answer can still prove something.

use std::borrow::Cow;

use super::blamed;
use crate::check;
use crate::model::case::{Condition, Invariant};
use crate::model::expectation::{BodyRules, Expectation};
use crate::model::requirement::RequirementId;
use crate::prove::reach::Reach;
use crate::prove::replay::Scene;

/// The rules on one answer whose clauses aren't all proven yet: of the others nothing more can be learned. Without them
/// a run of the shipped contract takes a fifth less CPU.
pub(super) struct Open<'s> {
    invariants: Vec<Still<'s>>,
    /// What the step itself expects, if something of that is open.
    own: Vec<&'s Expectation>,
    /// Whether later answers are compared with this one.
    remembered: bool,
}

/// What is left of an invariant.
struct Still<'s> {
    rules: Cow<'s, Invariant>,
    /// Whether it speaks of answers like this one.
    here: bool,
    open: bool,
}

/// Who judges an altered answer.
pub(super) struct Judges<'o> {
    pub(super) invariants: Vec<&'o Invariant>,
    /// Whether the step itself does.
    pub(super) own: bool,
}

impl<'s> Open<'s> {
    /// What can still prove something of the answer that a scene is about.
    pub(super) fn of(scene: &Scene<'s>, is_open: &impl Fn(&RequirementId) -> bool) -> Self {
        let evidence = scene.evidence();
        let (status, method) = (evidence.answer.status, evidence.request.method.as_str());
        let here = |condition: &Condition| {
            condition.status.as_ref().is_none_or(|rule| rule.accepts(status))
                && condition.method.as_ref().is_none_or(|known| known == method)
        };
        let own = check::expectations(scene.trial, evidence.step);
        let mut clauses = Vec::new();
        for (expect, blame) in &own {
            clauses.push((*blame).clone());
            blamed(expect, &mut clauses);
        }
        // Whether later answers are looked at depends on all that is said of this one.
        let remembered = scene.is_remembered();
        let invariants = scene.trial.invariants.iter().filter_map(|invariant| {
            let (rules, open) = match open_rules(invariant, is_open) {
                _ if remembered => (Cow::Borrowed(invariant), true),
                Some(rules) => (rules, true),
                // Others rely on what is said of JSON.
                None if invariant.expect.json.is_some() => (Cow::Borrowed(invariant), false),
                None => return None,
            };
            Some(Still { here: here(&rules.when), rules, open })
        });
        let own_is_open = remembered || clauses.iter().any(is_open);
        let own = own.into_iter().map(|(expect, _)| expect).filter(|_| own_is_open).collect();
        Self { invariants: invariants.collect(), own, remembered }
    }

    /// Whether anything of it speaks of answers like this one.
    pub(super) fn says_more_here(&self) -> bool {
        self.remembered || !self.own.is_empty() || self.invariants.iter().any(|still| still.here && still.open)
    }

    /// Who could say something else of an altered answer that something could be learned from; none if nobody could.
    pub(super) fn judges(&self, reach: &Reach<'_>) -> Option<Judges<'_>> {
        let speaks = |still: &&Still<'_>| still.here || matches!(reach, Reach::Status);
        let own = self.remembered || self.own.iter().any(|expect| reach.touches(expect));
        let touched = |still: &&Still<'_>| {
            let expect = &still.rules.expect;
            self.remembered || reach.touches(expect) || (own && expect.json.is_some())
        };
        let concerned: Vec<&Still<'_>> = self.invariants.iter().filter(speaks).filter(touched).collect();
        (own || concerned.iter().any(|still| still.open))
            .then(|| Judges { invariants: concerned.into_iter().map(|still| &*still.rules).collect(), own })
    }
}

/// What of an invariant can still prove something, if anything can.
fn open_rules<'s>(invariant: &'s Invariant, is_open: &impl Fn(&RequirementId) -> bool) -> Option<Cow<'s, Invariant>> {
    let expect = &invariant.expect;
    let first = invariant.requirements.first().is_some_and(is_open);
    // Which of several alternatives counts depends on all of their rules; and others rely on what is said of JSON.
    if expect.any_of.is_some() || expect.json.is_some() {
        let mut clauses = Vec::new();
        blamed(expect, &mut clauses);
        return (first || clauses.iter().any(is_open)).then_some(Cow::Borrowed(invariant));
    }
    if first && says_more_than_rules(expect) {
        return Some(Cow::Borrowed(invariant));
    }
    // Rules without a clause of their own speak of the invariant's.
    let opens = |requirement: &Option<RequirementId>| requirement.as_ref().map_or(first, is_open);
    let headers: Vec<_> = expect.headers.iter().filter(|rule| opens(&rule.requirement)).cloned().collect();
    let body: Vec<_> = match &expect.body {
        BodyRules::Rules(rules) => rules.iter().filter(|rule| opens(&rule.requirement)).cloned().collect(),
        _ => Vec::new(),
    };
    if headers.is_empty() && body.is_empty() {
        return None;
    }
    // A wrong status silences the others.
    let status = expect.status.clone();
    let expect = Expectation { status, headers, body: BodyRules::Rules(body), ..Expectation::nothing(&expect.place) };
    let (name, place) = (invariant.name.clone(), invariant.place.clone());
    let (requirements, when) = (invariant.requirements.clone(), invariant.when.clone());
    Some(Cow::Owned(Invariant { name, requirements, when, expect, place }))
}

/// Whether there is more to an expectation than rules on headers and on the body, each of which may have a clause of its
/// own.
fn says_more_than_rules(expect: &Expectation) -> bool {
    expect.status.is_some()
        || expect.schema.is_some()
        || matches!(expect.body, BodyRules::Empty(_) | BodyRules::Present(_))
        || expect.contains.is_some()
        || expect.lacks.is_some()
        || expect.framing.is_some()
        || !expect.relations.is_empty()
}
