//! `probity init`: the folder of a new contract.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::schema::Described;
use super::{Exit, Failure, Output};
use crate::import::{NewFile, scaffold};
use crate::load::{self, Origin};

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
}

pub(super) fn init(arguments: &InitArgs) -> Result<Exit, Failure> {
    let folder = arguments.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let name = arguments.name.clone().unwrap_or_else(|| name_of(&folder));
    let files = complete(scaffold(&name), &folder);
    write(&folder, &files)?;
    // What is written here must be what is accepted there.
    load::contract(&Origin::Folder(folder.clone()))?;
    let shown = folder.display().to_string();
    let mut text = listing(&folder, &files);
    let _ = write!(
        text,
        "\nnext\n  probity run {shown} --target http://127.0.0.1:8080   a server of yours, as it is\n  \
         probity lint {shown}   after each change of the files\n  probity list {shown}   what a run would do\n\
         Write your clauses into requirements.yaml and their cases into suites/, and name your server in target.yaml.\n",
    );
    Output::print(&text)?;
    Ok(Exit::Conforms)
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

fn listing(folder: &Path, files: &[NewFile]) -> String {
    let mut text = String::from("wrote\n");
    let shown: Vec<(String, &str)> =
        files.iter().map(|file| (folder.join(&file.path).display().to_string(), file.about)).collect();
    let editor = |path: &str| path.contains(&format!("{EDITOR}/"));
    let width = shown.iter().filter(|(path, _)| !editor(path)).map(|(path, _)| path.chars().count()).max().unwrap_or(0);
    for (path, about) in shown.iter().filter(|(path, _)| !editor(path)) {
        let _ = writeln!(text, "  {path:width$}  {about}");
    }
    let schemas = shown.iter().filter(|(path, _)| editor(path)).count();
    let place = folder.join(EDITOR).display().to_string();
    let _ = writeln!(text, "  {place:width$}  {schemas} schemas, by which editors complete and check these files");
    text
}
