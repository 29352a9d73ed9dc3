//! A JSON report read back: the same events that the run made, for every reporter.

mod choice;
mod exchange;
mod part;
mod place;
mod trial;
mod waiver;
mod word;

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use self::part::Frame;
use self::trial::TrialForm;
use crate::model::event::{Event, MatrixShape};

/// The format that is read, and what the names of all versions begin with.
const FORMAT: &str = "probity-report/1";
const FAMILY: &str = "probity-report/";
/// The list that is read one by one.
const TRIALS: &str = "trials";

/// Why a file can't be read as a report: one line.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    reason: String,
    /// Whether it is the beginning of a report.
    pub cut_short: bool,
}

impl Unreadable {
    fn because(reason: String) -> Self {
        Self { reason, cut_short: false }
    }

    fn cut_short(line: usize, column: usize) -> Self {
        let reason =
            format!("is cut short at line {line}, column {column}: the run that wrote it was ended before it was done");
        Self { reason, cut_short: true }
    }
}

/// A stored report: what stands around its trials, which are read one by one when they are asked for.
pub struct Stored<O> {
    open: O,
    frame: Frame,
}

impl<R: Read, O: Fn() -> io::Result<R>> Stored<O> {
    /// Reads what stands around the trials. `open` gives the whole file each time, from its beginning.
    ///
    /// # Errors
    /// It can't be read, isn't a report, is one of another version, or is damaged or cut short.
    pub fn read(open: O) -> Result<Self, Unreadable> {
        let reader = open().map_err(|error| Unreadable::because(format!("can't be read: {error}")))?;
        match serde_json::from_reader::<_, Frame>(reader) {
            Ok(frame) if frame.format == FORMAT => Ok(Self { open, frame }),
            Ok(_) => Err(foreign(&open).unwrap_or_else(|| Unreadable::because("is no report".into()))),
            Err(error) => Err(foreign(&open).unwrap_or_else(|| {
                let told = unreadable(&error);
                if !told.cut_short && error.is_syntax() && is_at_the_end(&open, &error) {
                    return Unreadable::cut_short(error.line(), error.column());
                }
                told
            })),
        }
    }

    /// What is known before the first trial.
    #[must_use]
    pub fn started(&self) -> crate::model::event::RunStarted {
        self.frame.started()
    }

    /// What the run came to.
    #[must_use]
    pub fn summary(&self) -> crate::model::event::Summary {
        self.frame.summary()
    }

    /// How many trials it has and how many it should have, if it calls itself complete and these aren't the same.
    #[must_use]
    pub fn lost(&self) -> Option<(usize, usize)> {
        self.frame.lost()
    }

    /// Says again what the run said. `emit` takes each event, and says whether it wants more.
    ///
    /// # Errors
    /// A trial is damaged, or the file can't be read again.
    pub fn replay(&self, emit: &mut dyn FnMut(Event) -> bool) -> Result<(), Unreadable> {
        let started = self.frame.started();
        let matrices = Arc::clone(&started.matrices);
        let mut wanted = emit(Event::Started(started));
        let mut each = |form: TrialForm| -> Result<bool, String> {
            wanted = wanted && emit(Event::Finished(Arc::new(form.result(&matrices)?)));
            Ok(wanted)
        };
        let reader = (self.open)().map_err(|error| Unreadable::because(format!("can't be read: {error}")))?;
        let mut deserializer = serde_json::Deserializer::from_reader(reader);
        let read = Trials(&mut each).deserialize(&mut deserializer);
        read.map_err(|error| unreadable(&error))?;
        if wanted {
            emit(Event::Ended(self.frame.summary()));
        }
        Ok(())
    }
}

/// The places of `MatrixShape`s are looked up by suite and case.
pub(super) fn shape<'m>(matrices: &'m [MatrixShape], suite: &str, case: &str) -> Option<&'m MatrixShape> {
    matrices.iter().find(|shape| shape.suite == suite && shape.case == case)
}

pub(super) fn unreadable(error: &serde_json::Error) -> Unreadable {
    if error.is_eof() {
        return Unreadable::cut_short(error.line(), error.column());
    }
    let place = format!("line {}, column {}", error.line(), error.column());
    let what = error.to_string();
    let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
    Unreadable::because(match error.classify() {
        serde_json::error::Category::Eof | serde_json::error::Category::Syntax => {
            format!("is no JSON at {place}: {what}")
        }
        serde_json::error::Category::Data => format!("is no report of this version at {place}: {what}"),
        serde_json::error::Category::Io => format!("can't be read: {what}"),
    })
}

/// Whether nothing follows the place of an error: half a number is wrong in itself, and not for want of an end.
fn is_at_the_end<R: Read, O: Fn() -> io::Result<R>>(open: &O, error: &serde_json::Error) -> bool {
    let Ok(mut reader) = open() else { return false };
    let (mut line, mut column) = (1, 0);
    let mut bytes = [0; 1 << 13];
    while let Ok(length @ 1..) = reader.read(&mut bytes) {
        let read = &bytes[..length];
        line += memchr::memchr_iter(b'\n', read).count();
        column = memchr::memrchr(b'\n', read).map_or(column + length, |newline| length - newline - 1);
    }
    (error.line(), error.column()) >= (line, column)
}

/// The format that a file says it has, as far as it can be read. `open` gives the whole file from its beginning.
#[must_use]
pub fn format<R: Read>(open: &impl Fn() -> io::Result<R>) -> Option<String> {
    let mut found = None;
    let _ = Format(&mut found).deserialize(&mut serde_json::Deserializer::from_reader(open().ok()?));
    found.and_then(|format| format.as_str().map(str::to_owned))
}

/// What else the file is, if its format says so.
fn foreign<R: Read, O: Fn() -> io::Result<R>>(open: &O) -> Option<Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_reader(open().ok()?);
    let mut found = None;
    // The rest of the file may be damaged; its format is known by then.
    let read = Format(&mut found).deserialize(&mut deserializer);
    let text = match &found {
        Some(Value::String(format)) if format == FORMAT => return None,
        Some(Value::String(format)) if format.starts_with(FAMILY) => {
            let format: String = format.chars().filter(|character| !character.is_control()).take(40).collect();
            format!("is a report of another version, `{format}`; this program reads `{FORMAT}`")
        }
        Some(Value::String(format)) => {
            let format: String = format.chars().filter(|character| !character.is_control()).take(40).collect();
            format!("is no report of a run: its format is `{format}`, not `{FORMAT}`")
        }
        _ if read.is_ok() => format!("is no report of a run: it has no format `{FORMAT}`"),
        _ => return None,
    };
    Some(Unreadable::because(text))
}

/// The member `format`, whatever it is, as far as the file can be read.
struct Format<'f>(&'f mut Option<Value>);

impl<'de> DeserializeSeed<'de> for Format<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Format<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "format" {
                *self.0 = Some(map.next_value()?);
                // The rest needn't be read.
                return Err(A::Error::custom("the format is known"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// What is done with each trial; false when no more are wanted, an error when it contradicts itself.
type Each<'e> = dyn FnMut(TrialForm) -> Result<bool, String> + 'e;

/// The trials of a report, one after the other.
struct Trials<'t, 'e>(&'t mut Each<'e>);

impl<'de> DeserializeSeed<'de> for Trials<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Trials<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == TRIALS {
                map.next_value_seed(Items(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Items<'t, 'e>(&'t mut Each<'e>);

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of trials")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut wanted = true;
        while wanted && let Some(form) = items.next_element::<TrialForm>()? {
            wanted = (self.0)(form).map_err(A::Error::custom)?;
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
