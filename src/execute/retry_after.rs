//! Answers that ask to retry later: RFC 6585, section 4, and RFC 9110, sections 15.6.4 and 10.2.3.

use std::time::{Duration, SystemTime};

use crate::model::exchange::Answer;

/// How long the answer asks to wait before the request is sent again, if it does.
///
/// A date is compared with the answer's own: the clock of the server needn't be ours.
pub(crate) fn asked(answer: &Answer) -> Option<Duration> {
    if !matches!(answer.status, 429 | 503) {
        return None;
    }
    let mut values = answer.header("retry-after");
    let value = std::str::from_utf8(values.next()?).ok()?.trim();
    if values.next().is_some() {
        return None;
    }
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number has are longer than anybody waits.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let own = answer.header("date").next().and_then(|date| std::str::from_utf8(date).ok());
    let now = own.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::exchange::{Ending, Wire};

    type Row<'r> = (u16, &'r [(&'r str, &'r str)], Option<u64>);

    #[test]
    fn only_what_asks_to_wait_is_waited_for() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let later = "Sun, 06 Nov 1994 08:50:07 GMT";
        let rows: [Row<'_>; 11] = [
            (429, &[("retry-after", "7")], Some(7)),
            (503, &[("Retry-After", " 7 ")], Some(7)),
            (429, &[("retry-after", "99999999999999999999999")], Some(u64::from(u32::MAX))),
            (429, &[("date", date), ("retry-after", later)], Some(30)),
            (429, &[("date", later), ("retry-after", date)], Some(0)),
            (429, &[], None),
            (429, &[("retry-after", "-1")], None),
            (429, &[("retry-after", "soon")], None),
            (429, &[("retry-after", "1"), ("retry-after", "2")], None),
            (500, &[("retry-after", "7")], None),
            (200, &[("retry-after", "7")], None),
        ];
        for (status, headers, wanted) in rows {
            let headers = headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Bytes::copy_from_slice(value.as_bytes())))
                .collect();
            let body = Bytes::new();
            let answer = Answer {
                status,
                reason: String::new(),
                headers,
                body,
                ending: Ending::Complete,
                wire: Wire::default(),
            };
            assert_eq!(asked(&answer).map(|wait| wait.as_secs()), wanted, "{status} {:?}", answer.headers);
        }
    }
}
