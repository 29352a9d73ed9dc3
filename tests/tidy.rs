//! Holds the architecture: which module may use which, where a dependency may show, how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

/// The way of the data: a module uses what stands in the groups to its left, never what stands beside it or to its
/// right.
const LAYERS: [&[&str]; 13] = [
    &["diagnostic"],
    &["model"],
    &["load"],
    &["import"],
    &["plan"],
    &["execute"],
    &["check"],
    &["snapshot"],
    &["prove"],
    &["run"],
    &["compare"],
    &["report"],
    &["trial", "cli"],
];

/// Stands apart, so that a mistake can't hide on both sides: it uses no other module, and only the command line and
/// the tests start it.
const APART: &str = "reference";

/// Where alone a dependency may be spoken of, and what it is spoken of as.
const CONFINED: [(&str, &[&str]); 27] = [
    ("quick_xml::", &["report/xml.rs", "report/badge.rs", "report/servers.rs"]),
    ("aho_corasick::", &["model/secret/finder.rs"]),
    ("jsonschema::", &["model/schema.rs"]),
    ("serde_json_path::", &["model/path.rs"]),
    ("serde_saphyr::", &["load/yaml.rs"]),
    ("include_dir::", &["load/source.rs"]),
    ("url::Url", &["execute/", "load/target/url.rs", "load/target/link.rs"]),
    ("rustls_pki_types::", &["load/target/link.rs"]),
    ("hyper::", &["execute/client.rs", "execute/failed.rs", "execute/http2.rs"]),
    ("hyper_util::", &["execute/http2.rs"]),
    ("http_body_util::", &["execute/"]),
    ("socket2::", &["execute/socket.rs"]),
    ("rustls::", &["execute/"]),
    ("httparse::", &["execute/framing/head.rs"]),
    ("flate2::", &["execute/coding.rs"]),
    ("brotli_decompressor::", &["execute/coding.rs"]),
    ("ruzstd::", &["execute/coding.rs"]),
    ("annotate_snippets::", &["diagnostic/render.rs"]),
    ("similar::", &["report/failure.rs", "snapshot/change.rs", "snapshot/change/", "snapshot/proposal.rs"]),
    ("insta::", &["snapshot/file.rs"]),
    ("indicatif::", &["report/progress.rs"]),
    ("libtest_mimic::", &["trial.rs"]),
    ("clap::", &["cli/"]),
    ("clap_complete::", &["cli/completions.rs"]),
    ("clap_mangen::", &["cli/completions.rs"]),
    ("notify::", &["cli/watch.rs"]),
    ("axum::", &["reference/"]),
];

/// Lines of a source file before its tests.
const MOST_LINES: usize = 400;

/// A source file, split where its tests begin.
struct Source {
    path: String,
    code: String,
    tests: String,
}

impl Source {
    /// `load` for `load/mod.rs`, `load/case.rs` and `load.rs`.
    fn module(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// How many steps up from its code lead to the root of the crate.
    fn depth(&self) -> usize {
        self.path.split('/').filter(|part| *part != "mod.rs").count()
    }

    fn is_root(&self) -> bool {
        ["lib.rs", "main.rs"].contains(&self.path.as_str())
    }
}

fn sources() -> Vec<Source> {
    let top = root().join("src");
    let mut sources: Vec<Source> = files_below(&top)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("sources are text");
            let tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
            let relative = path.strip_prefix(&top).expect("a path below the top").to_string_lossy().replace('\\', "/");
            Source { path: relative, code: text[..tests].to_owned(), tests: text[tests..].to_owned() }
        })
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 50, "only {} files in {}", sources.len(), top.display());
    sources
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry that can be read").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Fails with every fault at once.
#[track_caller]
fn none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}

#[test]
fn modules_use_only_what_stands_to_their_left() {
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let path = Regex::new(r"\bcrate::(\{|\w+)").unwrap();
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !source.is_root()) {
        let module = source.module();
        for used in [&source.code, &source.tests].iter().flat_map(|text| path.captures_iter(text)) {
            let used = &used[1];
            let allowed = match (layer(module), layer(used)) {
                _ if used == module => true,
                (Some(here), Some(there)) => there < here,
                (Some(_), None) => used == APART && module == "cli",
                (None, _) => false,
            };
            if !allowed {
                faults.push(format!("{} uses crate::{used}", source.path));
            }
        }
        if layer(module).is_none() && module != APART {
            faults.push(format!("{} is in no layer", source.path));
        }
    }
    none("a module uses what stands to its right", &faults);
}

#[test]
fn modules_are_left_by_their_full_path_only() {
    let chain = Regex::new(r"\b(?:super::)+").unwrap();
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !source.is_root()) {
        // Tests stand one module deeper.
        for (text, depth) in [(&source.code, source.depth()), (&source.tests, source.depth() + 1)] {
            for found in chain.find_iter(text).filter(|found| found.len() / "super::".len() >= depth) {
                faults.push(format!("{} leaves its module by {}", source.path, found.as_str()));
            }
        }
    }
    none("`super::` hides what a module uses; write `crate::…`", &faults);
}

#[test]
fn dependencies_show_only_where_they_belong() {
    let mut faults = Vec::new();
    for (dependency, homes) in CONFINED {
        let word = Regex::new(&format!(r"\b{dependency}")).unwrap();
        let mentions = |source: &Source| word.is_match(&source.code) || word.is_match(&source.tests);
        let sources = sources();
        for source in sources.iter().filter(|source| mentions(source)) {
            if !homes.iter().any(|home| source.path == *home || home.ends_with('/') && source.path.starts_with(home)) {
                faults.push(format!("{} speaks of {dependency}", source.path));
            }
        }
        for home in homes.iter().filter(|home| !sources.iter().any(|one| one.path.starts_with(**home) && mentions(one)))
        {
            faults.push(format!("{home} doesn't speak of {dependency} any more"));
        }
    }
    none("a dependency outside of its module", &faults);
}

#[test]
fn serialised_forms_are_written_in_few_places() {
    let homes = [
        "report/ndjson.rs",
        "report/stored/",
        "report/json/part.rs",
        "report/json/trial.rs",
        "report/json/exchange.rs",
        "report/json/waiver.rs",
        "report/html/part.rs",
        "report/proof_html.rs",
        "report/proof_json/form.rs",
        "report/review_html.rs",
        "report/review_json.rs",
        "cli/list.rs",
        "cli/list/clauses.rs",
    ];
    let derive = Regex::new(r"derive\([^)]*\b(Serialize|Deserialize)\b").unwrap();
    let faults: Vec<String> = sources()
        .iter()
        .filter(|source| derive.is_match(&source.code) && !homes.iter().any(|home| source.path.starts_with(home)))
        .map(|source| format!("{} derives a serialised form", source.path))
        .collect();
    none("a serialised form is a promise", &faults);
}

#[test]
fn files_are_short_and_named_after_what_they_hold() {
    let mut faults = Vec::new();
    for source in sources() {
        let lines = source.code.lines().count();
        if lines > MOST_LINES {
            faults.push(format!("{} has {lines} lines before its tests, more than {MOST_LINES}", source.path));
        }
        let parts = source.path.trim_end_matches(".rs").split('/');
        for part in
            parts.filter(|part| ["util", "utils", "helper", "helpers", "manager", "common", "misc"].contains(part))
        {
            faults.push(format!("{}: `{part}` says nothing", source.path));
        }
    }
    none("a file that is too much", &faults);
}

#[test]
fn printing_goes_through_one_door() {
    let macros = Regex::new(r"\be?print(ln)?!|\bdbg!|\btodo!|\bstd::process::exit\b").unwrap();
    let mut faults = Vec::new();
    for source in sources() {
        let found = macros.find_iter(&source.code).map(|found| format!("{} has {}", source.path, found.as_str()));
        faults.extend(found);
        let writes = source.code.contains("io::stdout()") || source.code.contains("io::stderr()");
        if writes && source.module() != "cli" {
            faults.push(format!("{} writes to a standard stream", source.path));
        }
    }
    none("only the command line prints", &faults);
}

#[test]
fn nothing_is_unsafe() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    // Forbidden is more than denied: no attribute can take it back.
    assert!(manifest.contains("\n[lints.rust]\nunsafe_code = \"forbid\"\n"), "{manifest}");
    let word = Regex::new(r"\bunsafe\b\s*(\{|fn\b|impl\b|extern\b|trait\b)").unwrap();
    let found = sources().into_iter().filter(|source| word.is_match(&source.code) || word.is_match(&source.tests));
    none("unsafe code", &found.map(|source| source.path).collect::<Vec<_>>());
}

#[test]
fn no_file_knows_the_machine_that_it_was_written_on() {
    let homes = ["home", "root"].map(|name| format!("/{name}/"));
    let variables = ["HOME", "CARGO_HOME", "CARGO_TARGET_DIR"].into_iter().filter_map(|name| std::env::var(name).ok());
    let mut needles: Vec<String> =
        variables.chain([root().display().to_string()]).filter(|path| path.matches('/').count() > 1).collect();
    needles.extend(homes);
    // How Cargo writes down which registry a package came from.
    needles.extend(["registry", "sparse"].map(|scheme| format!("{scheme}+http")));
    let mut faults = Vec::new();
    for path in tracked().iter().filter(|path| !path.ends_with("Cargo.lock")) {
        let Ok(text) = fs::read_to_string(path) else { continue };
        for needle in needles.iter().filter(|needle| text.contains(needle.as_str())) {
            faults.push(format!("{}: {needle}", path.strip_prefix(root()).unwrap_or(path).display()));
        }
    }
    none("a path or host of one machine", &faults);
}

/// The files that Git knows or would add; none outside of a checkout, where nothing can be committed either.
fn tracked() -> Vec<PathBuf> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let listed = git.output().map(|output| output.stdout).unwrap_or_default();
    let names = String::from_utf8(listed).expect("names of files are text");
    names.split('\0').filter(|name| !name.is_empty()).map(|name| root().join(name)).collect()
}

#[test]
fn the_package_holds_what_the_program_needs_and_nothing_of_the_tests() {
    let cargo = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let listed = String::from_utf8(cargo.stdout).expect("text");
    let files: Vec<&str> = listed.lines().collect();
    for needed in [
        "suites/contract.yaml",
        "suites/requirements/presence.yaml",
        "contracts/http/requirements.yaml",
        "schemas/presence-record.json",
        "src/cli/schema/waivers.json",
        "src/import/scaffold/contract.yaml",
        "src/report/page.css",
        "README.md",
        "SECURITY.md",
        "build.rs",
    ] {
        assert!(files.contains(&needed), "{needed} is missing\n{}", String::from_utf8_lossy(&cargo.stderr));
    }
    assert!(files.iter().any(|file| file.starts_with("snapshots/")), "no accepted answer");
    let strange: Vec<&&str> = files
        .iter()
        .filter(|file| file.starts_with("tests/") || file.starts_with("fuzz/") || file.contains("/node_modules/"))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}
