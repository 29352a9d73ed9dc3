//! `probity init`: the folder of a new contract.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::schema::Described;
use super::{Exit, Failure, Output};
use crate::import::{Imported, NewFile, from_curl, from_document, scaffold};
use crate::load::{self, Origin};
use crate::model::shell::word;
use crate::plan::{Selection, plan};

/// Where the schemas that editors use are put, inside of the contract.
const EDITOR: &str = ".probity";
/// What Git shouldn't keep.
const IGNORED: &str = "# Reports of runs, and answers that wait for `probity review`.\n/report.*\n*.snap.new\n";

#[derive(Args, Debug)]
pub(super) struct InitArgs {
    /// The folder; the one that you are in, if left out.
    folder: Option<PathBuf>,
    /// The name of the contract; that of the folder, if left out.
    #[arg(long)]
    name: Option<String>,
    /// What to make the contract of: a document of `OpenAPI`, a HAR file, or a command of curl in quotes.
    #[arg(long, value_name = "FILE|CURL")]
    from: Option<String>,
}

/// The largest document that is read, in bytes.
const LARGEST: u64 = 64 << 20;

pub(super) fn init(arguments: &InitArgs) -> Result<Exit, Failure> {
    let folder = arguments.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let Some(source) = &arguments.from else {
        let name = arguments.name.clone().unwrap_or_else(|| name_of(&folder));
        let files = complete(scaffold(&name), &folder);
        write(&folder, &files)?;
        Output::print(&(listing(&folder, &files) + &next(&folder)?))?;
        return Ok(Exit::Conforms);
    };
    let imported = import(source, arguments.name.as_deref())?;
    let files = complete(imported.files.clone(), &folder);
    write(&folder, &files)?;
    Output::print(&(listing(&folder, &files) + &outcome(&imported) + &next(&folder)?))?;
    Ok(Exit::Conforms)
}

fn import(source: &str, name: Option<&str>) -> Result<Imported, Failure> {
    let command = source.trim_start().trim_start_matches(['$', '%', ' ']);
    if command == "curl" || command.starts_with("curl ") || command.starts_with("curl\\") {
        return Ok(from_curl(source, name)?);
    }
    let path = Path::new(source);
    let failure = |what: String| Failure::Wrong(format!("{source} can't be read: {what}"));
    let length = fs::metadata(path).map_err(|error| failure(error.to_string()))?.len();
    if length > LARGEST {
        return Err(failure(format!("it has {length} bytes, more than {LARGEST}")));
    }
    let bytes = fs::read(path).map_err(|error| failure(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failure("it isn't UTF-8 text".into()))?;
    let document = path.file_name().map_or_else(|| source.to_owned(), |name| name.to_string_lossy().into_owned());
    Ok(from_document(&document, text, name)?)
}

/// What came of the source, and what is left to be done.
fn outcome(imported: &Imported) -> String {
    let Imported { clauses, cases, unfinished, todos, variables, remarks, .. } = imported;
    let mut text = format!("\n{clauses} requirements, {cases} cases");
    if *unfinished > 0 {
        let _ = write!(text, ", and {unfinished} that lack something and are left out of runs");
    }
    text.push('\n');
    if *todos > 0 {
        let plural = if *todos == 1 { "place says" } else { "places say" };
        let _ = writeln!(text, "{todos} {plural} `TODO:`, where the source says nothing; nothing is guessed");
    }
    if !variables.is_empty() {
        let mut variables = variables.clone();
        variables.sort();
        variables.dedup();
        let _ = writeln!(
            text,
            "no secret was written; target.yaml takes them from the environment: {}",
            variables.join(", ")
        );
    }
    for remark in remarks {
        let _ = writeln!(text, "note: {remark}");
    }
    text
}

/// Loads what was written, which must be what is accepted here, and says how to go on.
fn next(folder: &Path) -> Result<String, Failure> {
    let contract = load::contract(&Origin::Folder(folder.to_path_buf()))?;
    plan(&contract, None, &Selection::default())?;
    let shown = word(&folder.display().to_string());
    let target = word(&folder.join("target.yaml").display().to_string());
    let lines = [
        (format!("probity run {shown} --target http://127.0.0.1:8080"), "against a server of yours, as it is"),
        (format!("probity run {shown} --target {target}"), "against the server that it names, with what it claims"),
        (format!("probity lint {shown}"), "after each change of the files"),
    ];
    let width = lines.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    Ok(lines.iter().fold(String::from("\nnext\n"), |mut text, (command, about)| {
        let _ = writeln!(text, "  {command:width$}  {about}");
        text
    }))
}

fn name_of(folder: &Path) -> String {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "contract".into())
}

/// The files with what editors need to complete and check them, and with what Git needs where nothing of it is there.
fn complete(files: Vec<NewFile>, folder: &Path) -> Vec<NewFile> {
    let mut all: Vec<NewFile> = files.into_iter().map(described).collect();
    let kinds = [
        Described::Contract,
        Described::Requirements,
        Described::Personas,
        Described::Suite,
        Described::Survivors,
        Described::Target,
        Described::Waivers,
    ];
    for kind in kinds {
        all.push(NewFile {
            path: format!("{EDITOR}/{}.schema.json", kind.name()),
            text: kind.text().to_owned(),
            about: "for editors",
        });
    }
    if !folder.join(".gitignore").exists() {
        all.push(NewFile { path: ".gitignore".into(), text: IGNORED.into(), about: "what Git leaves out" });
    }
    all
}

/// The file with the line that names its schema to editors.
fn described(file: NewFile) -> NewFile {
    let kind = match file.path.as_str() {
        "contract.yaml" => Described::Contract,
        "requirements.yaml" => Described::Requirements,
        "personas.yaml" => Described::Personas,
        "target.yaml" => Described::Target,
        path if path.starts_with("requirements/") => Described::Requirements,
        path if path.starts_with("suites/") => Described::Suite,
        _ => return file,
    };
    let up = "../".repeat(file.path.matches('/').count());
    let line = format!("# yaml-language-server: $schema={up}{EDITOR}/{}.schema.json\n", kind.name());
    NewFile { text: line + &file.text, ..file }
}

/// Writes all files, or none where one of them stands there already.
fn write(folder: &Path, files: &[NewFile]) -> Result<(), Failure> {
    let standing: Vec<String> = files
        .iter()
        .map(|file| folder.join(&file.path))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| path.display().to_string())
        .collect();
    if let [first, others @ ..] = standing.as_slice() {
        let more = if others.is_empty() { String::new() } else { format!(", and so do {} more", others.len()) };
        let message = format!("{first} stands there already{more}; nothing is overwritten, and nothing was written");
        return Err(Failure::Wrong(format!("{message}\nhelp: name another folder: `probity init FOLDER`")));
    }
    for file in files {
        let path = folder.join(&file.path);
        let failure = |error| Failure::Wrong(format!("{} can't be written: {error}", path.display()));
        fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(failure)?;
        let mut new = fs::File::create_new(&path).map_err(failure)?;
        new.write_all(file.text.as_bytes()).map_err(failure)?;
    }
    Ok(())
}

/// The files at the top, and of each folder how many.
fn listing(folder: &Path, files: &[NewFile]) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for file in files {
        match file.path.rsplit_once('/') {
            Some((inner, _)) => match counted.iter_mut().find(|(known, _)| *known == inner) {
                Some((_, count)) => *count += 1,
                None => counted.push((inner, 1)),
            },
            None => rows.push((folder.join(&file.path).display().to_string(), file.about.to_owned())),
        }
    }
    for (inner, count) in counted {
        let several: Vec<&NewFile> =
            files.iter().filter(|file| file.path.rsplit_once('/').is_some_and(|(known, _)| known == inner)).collect();
        match several.as_slice() {
            [only] => rows.push((folder.join(&only.path).display().to_string(), only.about.to_owned())),
            _ if inner == EDITOR => {
                let about = format!("{count} schemas, by which editors complete and check these files");
                rows.push((folder.join(inner).display().to_string(), about));
            }
            _ => rows.push((folder.join(inner).display().to_string(), format!("{count} files: {}", several[0].about))),
        }
    }
    let width = rows.iter().map(|(path, _)| path.chars().count()).max().unwrap_or(0);
    rows.iter().fold(String::from("wrote\n"), |mut text, (path, about)| {
        let _ = writeln!(text, "  {path:width$}  {about}");
        text
    })
}
