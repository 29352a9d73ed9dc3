//! `--report FORMAT=PATH`: which report, and where it is written to.

use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Failure;
use super::stop::outlive_file_limits;
use crate::diagnostic::nearest;
use crate::report::format::Format;

/// What an option says of itself.
pub(super) const HELP: &str = "Write a report: FORMAT=PATH, with `-` for standard output. Can be given several times.";

/// The path that means standard output.
const STDOUT: &str = "-";

/// So many bytes are written to a file at once.
const BUFFER: usize = 64 << 10;

/// Where a report is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    Stdout,
    File(PathBuf),
    /// Where GitHub reads along: what is printed anyway, and the summary of the job.
    Job,
}

impl Destination {
    /// Opens it; what was in a file is gone, so that nobody takes an earlier report for one of a run that died.
    pub(super) fn create(&self) -> Result<Box<dyn Write + Send>, Failure> {
        outlive_file_limits();
        Ok(match self {
            Self::Stdout | Self::Job => Box::new(BufWriter::new(io::stdout())),
            Self::File(path) => {
                let file = File::create(path).map_err(|error| self.unwritten(&error))?;
                Box::new(BufWriter::with_capacity(BUFFER, file))
            }
        })
    }

    /// What came of writing to it. Whoever reads standard output may have read enough.
    pub(super) fn settled(&self, written: io::Result<()>) -> Result<(), Failure> {
        match written {
            Err(error) if *self == Self::Stdout && error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|error| self.unwritten(&error)),
        }
    }

    pub(super) fn unwritten(&self, error: &io::Error) -> Failure {
        Failure::Wrong(format!("{self} can't be written: {error}"))
    }

    /// Takes away the file of a report that there isn't, so that nobody takes it for one.
    pub(super) fn remove(&self) {
        if let Self::File(path) = self {
            let _ = fs::remove_file(path);
        }
    }

    /// Whether somebody took the file away while it was written.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::File(path) if path.try_exists().is_ok_and(|exists| !exists))
    }

    /// What two spellings of one file have in common.
    fn identity(&self) -> Option<PathBuf> {
        let Self::File(path) = self else { return None };
        let name = path.file_name()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(path.canonicalize().unwrap_or_else(|_| folder.canonicalize().unwrap_or_default().join(name)))
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => formatter.write_str("standard output"),
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Job => formatter.write_str("the log of the job"),
        }
    }
}

/// A report that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) format: Format,
    pub(super) destination: Destination,
}

/// Reads `FORMAT=PATH`.
pub(super) fn wanted(text: &str) -> Result<Wanted, String> {
    let (name, path) = text.split_once('=').map_or((text, None), |(name, path)| (name, Some(path)));
    let format = format(name, Format::ALL)?;
    let destination = match path {
        None if format == Format::Github => Destination::Job,
        path => destination(format.slug(), path)?,
    };
    Ok(Wanted { format, destination })
}

/// Reads `FORMAT=PATH` for a proof.
pub(super) fn wanted_of_proof(text: &str) -> Result<Wanted, String> {
    let (name, path) = text.split_once('=').map_or((text, None), |(name, path)| (name, Some(path)));
    let format = of_proofs(name)?;
    Ok(Wanted { format, destination: destination(format.slug(), path)? })
}

/// The format of a proof that has this name.
pub(super) fn of_proofs(name: &str) -> Result<Format, String> {
    let of_runs = Format::ALL.iter().any(|format| format.slug() == name && !Format::OF_PROOFS.contains(format));
    if of_runs {
        return Err(format!(
            "a proof has no form as `{name}`, which is for runs [formats: {}]",
            names(Format::OF_PROOFS)
        ));
    }
    format(name, Format::OF_PROOFS)
}

fn names(formats: &[Format]) -> String {
    formats.iter().map(|format| format.slug()).collect::<Vec<_>>().join(", ")
}

/// Reads `NAME=PATH`, whatever the name.
pub(super) fn split(text: &str) -> Result<(&str, Destination), String> {
    let (name, path) = text.split_once('=').map_or((text, None), |(name, path)| (name, Some(path)));
    Ok((name, destination(name, path)?))
}

fn format(name: &str, known: &[Format]) -> Result<Format, String> {
    if let Some(format) = known.iter().find(|format| format.slug() == name) {
        return Ok(*format);
    }
    let slugs: Vec<&str> = known.iter().map(|format| format.slug()).collect();
    let near = nearest(name, &slugs).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Err(format!("there is no format `{name}`{near} [formats: {}]", names(known)))
}

fn destination(name: &str, path: Option<&str>) -> Result<Destination, String> {
    match path {
        Some(STDOUT) => Ok(Destination::Stdout),
        Some(path) if !path.is_empty() => Ok(Destination::File(path.into())),
        _ => Err(format!("a path is missing: write {name}=PATH, or {name}=- for standard output")),
    }
}

/// Refuses to write two reports to one place.
pub(super) fn distinct<'d>(destinations: impl Iterator<Item = &'d Destination>) -> Result<(), Failure> {
    let mut seen: Vec<(&Destination, Option<PathBuf>)> = Vec::new();
    for destination in destinations {
        let identity = destination.identity();
        let same = |(other, known): &(&Destination, Option<PathBuf>)| {
            *other == destination || identity.is_some() && *known == identity
        };
        if seen.iter().any(same) {
            return Err(Failure::Wrong(format!("two reports can't both be written to {destination}")));
        }
        seen.push((destination, identity));
    }
    Ok(())
}

/// The formats, a line each, for the help of an option.
pub(super) fn help() -> String {
    let mut help = String::from(HELP);
    for format in Format::ALL {
        let _ = write!(help, "\n  {:9} {}", format.slug(), format.explanation());
    }
    help
}
