//! The requests of a trial on their way, and what their answers tell besides.

use std::sync::Arc;

use super::super::shown::Of;
use super::Course;
use crate::check;
use crate::execute::{Line, prepare};
use crate::model::case::{Capture, Step};
use crate::model::exchange::{Answer, Exchange, PreparedRequest, TransportError, TransportFailure};
use crate::model::secret::{CREDENTIAL_HEADERS, texts};
use crate::model::shown::Part;
use crate::model::template::Template;

impl Course<'_> {
    /// Sends the request of a step, and notes what put it off. An error is why there is no answer that can be judged.
    pub(super) async fn send(&mut self, of: Of<'_>, step: &Step) -> Result<(Exchange, Option<Line>), String> {
        if let Some(cause) = self.shared.reach.why_not(&self.trial.service) {
            return Err(cause);
        }
        let base = self.shared.target.url(&self.trial.service);
        let request = prepare(&step.request, base, &self.shared.plan.personas, &self.moment().scope())
            .map_err(|unprepared| unprepared.to_string())?;
        self.learn_credentials(step);
        let expects = |answer: &Answer| match of.part {
            Part::Step => {
                let expected = check::expectations(self.trial, of.step);
                expected.iter().any(|(expect, _)| expect.names_status(answer.status))
            }
            Part::Setup | Part::Cleanup => step.expect.names_status(answer.status),
        };
        let sent = self.shared.clients.send_patiently(&self.trial.service, request, expects).await;
        self.requests += 1 + sent.put_off.len();
        for exchange in &sent.put_off {
            self.exchanges.add(of, exchange);
            self.took(exchange);
        }
        self.took(&sent.exchange);
        if let Some(last) = sent.put_off.last().and_then(|exchange| exchange.answer.as_ref().ok()) {
            self.shared.put_off.set(self.shared.put_off.get() + sent.put_off.len());
            let times = if sent.put_off.len() == 1 { "once" } else { &format!("{} times", sent.put_off.len()) };
            let seconds = sent.waited.as_secs_f64();
            self.waits
                .push(format!("put off {times} by status {} with Retry-After, {seconds:.1} s in all", last.status));
        }
        self.shared.reach.note(&self.trial.service, &sent.exchange);
        match sent.gave_up {
            None => Ok((sent.exchange, sent.line)),
            Some(reason) => {
                self.exchanges.add(of, &sent.exchange);
                if self.findings.is_empty() {
                    self.shown = Some(Arc::new(sent.exchange.request));
                }
                Err(reason)
            }
        }
    }

    /// Takes note of the time that an exchange took.
    pub(super) fn took(&mut self, exchange: &Exchange) {
        let connect = exchange.connected.unwrap_or_default();
        self.spent.connect += connect;
        self.spent.wait += exchange.duration.saturating_sub(connect);
        let came_to_nothing =
            |error: &TransportError| matches!(error.kind, TransportFailure::Connect | TransportFailure::Timeout);
        if exchange.answer.as_ref().is_err_and(came_to_nothing) {
            self.spent.in_vain += exchange.duration;
        }
    }

    /// Takes what answers told for secrets from now on; what is marked so, in other trials too.
    pub(super) fn learn(&mut self, captures: &[Capture], told: Vec<String>) {
        if told.is_empty() {
            return;
        }
        if captures.iter().any(|capture| capture.secret) {
            self.shared.secrets.borrow_mut().learn(told.iter().cloned());
        }
        self.secrets.learn(told);
        self.exchanges.learn(&self.secrets);
    }

    /// What was captured and is sent as a credential is a secret, whether it is marked or not.
    pub(super) fn learn_credentials(&mut self, step: &Step) {
        let headers = step.request.headers.iter().filter(|(name, _)| CREDENTIAL_HEADERS.contains(&name.as_str()));
        let references = headers.flat_map(|(_, values)| values).flat_map(Template::references);
        let captured = references.filter(|reference| self.captures.contains_key(&reference.name));
        let moment = self.moment();
        let values = captured.filter_map(|reference| reference.value(&moment.scope()).ok());
        let told: Vec<String> = values.flat_map(|value| texts(&value)).collect();
        self.learn(&[], told);
    }

    /// Sends a request over a connection of its own.
    pub(super) async fn send_afresh(&mut self, request: PreparedRequest) -> Exchange {
        let exchange = self.shared.clients.send_afresh(&self.trial.service, request).await;
        self.requests += 1;
        self.shared.reach.note(&self.trial.service, &exchange);
        self.took(&exchange);
        exchange
    }
}

/// Whether an answer over a connection that was kept says by itself that it isn't one to the last request: that the
/// server waited too long for any (RFC 9110, section 15.5.9), or that another answer stands in its first line.
pub(super) fn is_anothers(answer: &Answer) -> bool {
    answer.status == 408 || answer.reason.contains("HTTP/1.")
}
