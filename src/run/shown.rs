//! What of a trial's exchanges may be shown, within bounds: results wait for their turn.

use std::ops::Range;
use std::time::Instant;

use bytes::Bytes;

use crate::check::readings;
use crate::model::exchange::{Answer, Exchange, PreparedRequest};
use crate::model::secret::{CREDENTIAL_HEADERS, CUT, MASK, Secrets};
use crate::model::shown::{Content, Part, ShownAnswer, ShownBody, ShownExchange, ShownRequest};

/// How many exchanges of a trial are shown at most.
const MOST_EXCHANGES: usize = 32;

/// How much of one body is shown, in bytes.
const LARGEST_BODY: usize = 16 << 10;

/// How much of all bodies of a trial is shown, in bytes.
const LARGEST_BODIES: usize = 64 << 10;

/// How much of a header, a URL or a reason is shown, in bytes.
pub(super) const LARGEST_TEXT: usize = 4 << 10;

/// Which step of a trial an exchange belongs to.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) part: Part,
    pub(super) step: usize,
    pub(super) name: Option<&'a str>,
}

/// The exchanges of one trial.
pub(super) struct Shown {
    secrets: Secrets,
    /// Whether there are more of them than when the first exchange was added.
    learned: bool,
    began: Instant,
    /// None where nobody wants them.
    exchanges: Option<Vec<ShownExchange>>,
    room: usize,
}

impl Shown {
    /// None yet, of a trial that began then; none ever, unless they are wanted.
    pub(super) fn new(secrets: &Secrets, began: Instant, wanted: bool) -> Self {
        let secrets = secrets.clone();
        Self { secrets, learned: false, began, exchanges: wanted.then(Vec::new), room: LARGEST_BODIES }
    }

    /// Masks more from now on, and in what was added already.
    pub(super) fn learn(&mut self, secrets: &Secrets) {
        self.secrets = secrets.clone();
        self.learned = true;
    }

    /// Adds an exchange; of very many the last takes the place of the one before.
    pub(super) fn add(&mut self, of: Of<'_>, exchange: &Exchange) {
        if self.exchanges.is_none() {
            return;
        }
        let shown = ShownExchange {
            part: of.part,
            step: of.step,
            name: of.name.map(str::to_owned),
            persona: exchange.request.persona.clone(),
            request: self.request(&exchange.request),
            answer: match &exchange.answer {
                Ok(answer) => Ok(self.answer(answer)),
                Err(error) => Err(self.text(&error.to_string())),
            },
            began: exchange.began.saturating_duration_since(self.began),
            to_head: exchange.to_head,
            duration: exchange.duration,
            findings: 0..0,
        };
        let Some(exchanges) = &mut self.exchanges else { return };
        if exchanges.len() == MOST_EXCHANGES {
            exchanges.pop();
        }
        exchanges.push(shown);
    }

    /// Says which of the trial's findings the last answer gave.
    pub(super) fn found(&mut self, findings: Range<usize>) {
        if let Some(last) = self.exchanges.as_mut().and_then(|exchanges| exchanges.last_mut()) {
            last.findings = findings;
        }
    }

    /// All of them; of a trial in which all is well only the judged steps.
    pub(super) fn exchanges(mut self, all_is_well: bool) -> Vec<ShownExchange> {
        let mut exchanges = self.exchanges.take().unwrap_or_default();
        if self.learned {
            for exchange in &mut exchanges {
                self.mask_again(exchange);
            }
        }
        if all_is_well {
            exchanges.retain(|exchange| exchange.part == Part::Step);
        }
        exchanges.shrink_to_fit();
        exchanges
    }

    /// Masks what was learned after the exchange was added.
    fn mask_again(&self, exchange: &mut ShownExchange) {
        let again = |text: &mut String| *text = self.text(text);
        let request = &mut exchange.request;
        again(&mut request.url);
        let mut headers: Vec<&mut (String, String)> = request.headers.iter_mut().collect();
        let mut bodies: Vec<&mut ShownBody> = request.body.iter_mut().collect();
        match &mut exchange.answer {
            Ok(answer) => {
                again(&mut answer.reason);
                headers.extend(&mut answer.headers);
                bodies.push(&mut answer.body);
            }
            Err(error) => again(error),
        }
        for (name, value) in headers {
            again(name);
            again(value);
        }
        for body in bodies {
            match &mut body.content {
                Content::Whole(text) => *text = self.secrets.mask(text).into_owned(),
                // Its end may be the beginning of one.
                Content::Beginning(text) => {
                    let masked = self.secrets.mask(&format!("{text}{CUT}")).into_owned();
                    masked.strip_suffix(CUT).unwrap_or(&masked).clone_into(text);
                }
                Content::Binary | Content::Withheld => {}
            }
        }
    }

    /// A request as it is shown.
    pub(super) fn request(&mut self, request: &PreparedRequest) -> ShownRequest {
        ShownRequest {
            method: self.text(&request.method),
            url: self.text(&request.url),
            headers: request.headers.iter().map(|(name, value)| self.header(name, value)).collect(),
            body: request.body.as_ref().map(|body| self.body(body)),
        }
    }

    fn answer(&mut self, answer: &Answer) -> ShownAnswer {
        let header = |(name, value): &(String, Bytes)| self.header(name, &String::from_utf8_lossy(value));
        ShownAnswer {
            status: answer.status,
            reason: self.text(&answer.reason),
            headers: answer.headers.iter().map(header).collect(),
            body: self.body(&answer.body),
            ending: answer.ending,
        }
    }

    fn header(&self, name: &str, value: &str) -> (String, String) {
        let credential = CREDENTIAL_HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known));
        (self.text(name), if credential { MASK.to_owned() } else { self.text(value) })
    }

    fn text(&self, text: &str) -> String {
        let masked = self.secrets.mask_beginning(text, LARGEST_TEXT);
        if self.still_shows(&masked) { MASK.to_owned() } else { masked }
    }

    fn body(&mut self, body: &Bytes) -> ShownBody {
        let limit = LARGEST_BODY.min(self.room);
        let content = match text_of(body) {
            None => Content::Binary,
            Some(text) => {
                let masked = self.secrets.mask_beginning(text, limit);
                self.room = self.room.saturating_sub(masked.len());
                if self.still_shows(&masked) {
                    Content::Withheld
                } else if body.len() > limit {
                    Content::Beginning(masked)
                } else {
                    Content::Whole(masked)
                }
            }
        };
        ShownBody { length: body.len(), content }
    }

    /// Whether a masked text shows a secret in a way of writing that can't be masked, such as base64 within base64.
    fn still_shows(&self, masked: &str) -> bool {
        !self.secrets.is_empty() && self.secrets.shows_in(&readings(masked.replace(MASK, "\0").as_bytes()))
    }
}

/// The body as a text, if it is one.
fn text_of(body: &[u8]) -> Option<&str> {
    // UTF-16 of simple letters would pass for UTF-8 with zeros, in which no secret would be found.
    std::str::from_utf8(body).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::Engine as _;

    use super::*;
    use crate::model::exchange::{Ending, Wire};

    fn of_bodies(bodies: &[&[u8]]) -> Vec<ShownExchange> {
        let secrets = Secrets::new(["hunter-22".to_owned()]);
        let mut shown = Shown::new(&secrets, Instant::now(), true);
        for (step, body) in bodies.iter().enumerate() {
            let request = PreparedRequest {
                method: "PUT".into(),
                url: "http://h/?key=hunter-22".into(),
                headers: vec![("Authorization".into(), "any".into()), ("x".into(), "HUNTER-22!".into())],
                body: Some(Bytes::from_static(b"hunter-22")),
                persona: "me".into(),
                raw: false,
                hostless: false,
            };
            let answer = Answer {
                status: 200,
                reason: "hunter-22".into(),
                headers: vec![("Set-Cookie".into(), Bytes::from_static(b"a=b")), ("hunter-22".into(), Bytes::new())],
                body: Bytes::copy_from_slice(body),
                ending: Ending::Complete,
                wire: Wire::default(),
            };
            let answer = Ok(answer);
            let (began, duration) = (Instant::now(), Duration::ZERO);
            let exchange = Exchange { request, answer, began, connected: None, to_head: None, duration };
            shown.add(Of { part: Part::Step, step, name: None }, &exchange);
        }
        shown.exchanges(true)
    }

    #[test]
    fn no_secret_is_shown_in_any_encoding() {
        let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let utf_16: Vec<u8> = "hunter-22".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (body, content) in [
            (&b"a hunter-22 z"[..], Content::Whole("a [secret] z".into())),
            (b"68756E7465722D3232", Content::Whole("[secret]".into())),
            (b"68756e7465722d3232", Content::Whole("[secret]".into())),
            (b"\"\\u0068unter-22\"", Content::Whole("\"[secret]\"".into())),
            (base64(&base64("hunter-22")).as_bytes(), Content::Whole("[secret]".into())),
            (b"key=hunter%2D22", Content::Whole("key=[secret]".into())),
            (&utf_16, Content::Binary),
            (b"\xff\xfe", Content::Binary),
        ] {
            let shown = &of_bodies(&[body])[0];
            let answer = shown.answer.as_ref().expect("an answer");
            assert_eq!(answer.body, ShownBody { length: body.len(), content }, "{}", String::from_utf8_lossy(body));
            let text = format!("{shown:?}").to_lowercase();
            assert!(!text.contains("hunter") && !text.contains("a=b") && !text.contains("any"), "{text}");
            assert_eq!(shown.request.url, "http://h/?key=[secret]");
        }
    }

    #[test]
    fn what_is_shown_of_a_trial_is_bounded() {
        let long = "é".repeat(LARGEST_BODY);
        let shown = of_bodies(&[long.as_bytes(); 40]);
        assert_eq!((shown.len(), shown[31].step), (MOST_EXCHANGES, 39));
        let bodies: Vec<&ShownBody> =
            shown.iter().filter_map(|one| one.answer.as_ref().ok()).map(|answer| &answer.body).collect();
        assert_eq!(
            bodies[0],
            &ShownBody { length: long.len(), content: Content::Beginning(long[..LARGEST_BODY].into()) }
        );
        assert!(matches!(&bodies[31].content, Content::Beginning(text) if text.is_empty()));
        let all: usize = bodies
            .iter()
            .map(|body| match &body.content {
                Content::Whole(text) | Content::Beginning(text) => text.len(),
                Content::Binary | Content::Withheld => 0,
            })
            .sum();
        assert!(all <= LARGEST_BODIES, "{all}");
    }
}
