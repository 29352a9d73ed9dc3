//! Whether everything that a run wrote is whole, whatever it was told.

use std::fs;
use std::path::Path;
use std::process::Command;

use pulldown_cmark::{Event, Options, Parser, Tag};
use regex::Regex;
use serde_json::Value;

use crate::support::binary::Outcome;
use crate::trial::SECRET;

/// The formats that speak of every run.
pub(crate) const FORMATS: [&str; 8] = ["json", "ndjson", "junit", "tap", "sarif", "github", "markdown", "html"];

/// What is wrong with the reports in a folder, each of which is named as its format.
pub(crate) fn faults(folder: &Path, outcome: &Outcome, trials: usize) -> Vec<String> {
    let mut faults = Vec::new();
    for format in FORMATS {
        let text = match fs::read(folder.join(format)).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            other => {
                faults.push(format!("{format}: {other:?}"));
                continue;
            }
        };
        let held = match format {
            "json" => json(&text, trials),
            "ndjson" => ndjson(&text, trials),
            "junit" => junit(folder, &text, trials),
            "tap" => tap(&text, trials),
            "sarif" => sarif(&text),
            "github" => github(&text),
            "markdown" => markdown(&text),
            _ => html(&text, trials),
        };
        // JSON may have characters in its texts that others mayn't.
        let is_json = ["json", "ndjson", "html"].contains(&format);
        let printable = printable(&text, is_json);
        faults.extend([held, printable].into_iter().filter_map(Result::err).map(|fault| format!("{format}: {fault}")));
    }
    for (stream, text) in [("standard output", &outcome.stdout), ("standard error", &outcome.stderr)] {
        let told = printable(text, false).and_then(|()| no_command(text));
        faults.extend(told.err().map(|fault| format!("{stream}: {fault}")));
    }
    if !outcome.stderr.is_empty() {
        faults.push(format!("standard error: {}", outcome.stderr));
    }
    faults
}

type Held = Result<(), String>;

fn hold(what: &str, holds: bool) -> Held {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

/// No character steers what shows the text, and no secret is in it.
pub(crate) fn printable(text: &str, is_json: bool) -> Held {
    let steers = |c: char| match c {
        '\n' => false,
        c if c < ' ' => true,
        c => {
            !is_json
                && (c.is_control() || "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{fffe}\u{ffff}".contains(c) || turns(c))
        }
    };
    if let Some(c) = text.chars().find(|c| steers(*c)) {
        return Err(format!("it has the character {c:?}"));
    }
    hold("it shows the secret", !text.contains(SECRET))
}

fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Nothing that a runner of jobs reads as a command: at the beginning of a line after blanks, or anywhere as it was.
pub(crate) fn no_command(text: &str) -> Held {
    let old = Regex::new(r"##[A-Za-z0-9_.-]*\[").expect("a pattern");
    match text.lines().find(|line| line.trim_start().starts_with("::") || old.is_match(line)) {
        Some(line) => Err(format!("it commands: {line}")),
        None => Ok(()),
    }
}

fn parsed(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn json(text: &str, trials: usize) -> Held {
    let report = parsed(text)?;
    hold("it isn't complete", report["complete"] == true)?;
    hold("it lacks trials", report["trials"].as_array().is_some_and(|all| all.len() == trials))
}

fn ndjson(text: &str, trials: usize) -> Held {
    let lines: Vec<Value> = text.lines().map(parsed).collect::<Result<_, _>>()?;
    hold("it lacks events", lines.len() == trials + 2)?;
    hold("it doesn't end", lines.last().is_some_and(|line| line["event"] == "ended"))
}

fn junit(folder: &Path, text: &str, trials: usize) -> Held {
    let judged = Command::new("xmllint").args(["--noout", "--huge"]).arg(folder.join("junit")).output();
    let judged = judged.expect("xmllint is there: Debian has it in libxml2-utils, and `./check` installs it");
    hold(&String::from_utf8_lossy(&judged.stderr), judged.status.success())?;
    // A run that is incomplete has one more, so that it isn't taken for a pass.
    let cases = text.matches("<testcase ").count() - text.matches("\"probity/run\"").count().min(1);
    hold(&format!("it has {cases} tests"), cases == trials)
}

fn tap(text: &str, trials: usize) -> Held {
    hold("it doesn't begin as TAP does", text.starts_with("TAP version 14\n"))?;
    hold("it has no plan", text.contains(&format!("\n1..{trials}\n")))?;
    let point = Regex::new(r"(?m)^(?:not )?ok (\d+)").expect("a pattern");
    let numbers: Vec<usize> = point.captures_iter(text).filter_map(|found| found[1].parse().ok()).collect();
    hold("its points aren't numbered", numbers == (1..=trials).collect::<Vec<_>>())?;
    for block in text.split("\n  ---\n").skip(1) {
        let Some((block, _)) = block.split_once("\n  ...\n") else { return Err("a block doesn't end".into()) };
        serde_saphyr::from_str::<Value>(block).map_err(|error| format!("{error}: {block}"))?;
    }
    Ok(())
}

fn sarif(text: &str) -> Held {
    let report = parsed(text)?;
    hold("it is another version", report["version"] == "2.1.0")?;
    let results = report["runs"][0]["results"].as_array().ok_or("it has no results")?;
    hold("a result has no rule", results.iter().all(|result| result["ruleId"].is_string()))
}

fn github(text: &str) -> Held {
    let command = Regex::new(r"^::(error|warning|notice) [^:\s]+=[^:]*::[^:\s]").expect("a pattern");
    match text.lines().find(|line| !command.is_match(line)) {
        Some(line) => Err(format!("it has the line {line}")),
        None => Ok(()),
    }
}

fn markdown(text: &str) -> Held {
    let ours = Regex::new("^(</?(details|summary|code)>|[^<>])*$").expect("a pattern");
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) if !ours.is_match(&html) => {
                return Err(format!("it has the HTML {html}"));
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                return Err(format!("it links to {dest_url}"));
            }
            _ => {}
        }
    }
    let (opened, closed) = (text.matches("\n<details>").count(), text.matches("\n</details>").count());
    // What stands in a block of code doesn't count, and begins no line of its own there.
    hold("its sections don't end", opened <= closed + 1)?;
    hold("it has no verdict", ["**Conforms**", "**Violates**", "**Incomplete**"].iter().any(|word| text.contains(word)))
}

/// A page with one script of its own, in which everything else is data, and that loads nothing.
fn html(text: &str, trials: usize) -> Held {
    hold("it doesn't end", text.ends_with("</body>\n</html>\n"))?;
    hold("it has no policy", text.contains("content=\"default-src 'none'; style-src 'sha256-"))?;
    let elements: Vec<&str> = text.split("<script").skip(1).collect();
    let (own, data): (Vec<&str>, Vec<&str>) = elements.iter().partition(|element| element.starts_with('>'));
    hold("it has another script", own.len() == 1)?;
    let mut lines = 0;
    for element in data {
        let Some(rest) = element.strip_prefix(" type=\"application/json\" class=\"") else {
            return Err(format!("it has a script {}", element.chars().take(80).collect::<String>()));
        };
        let Some((content, _)) = rest.split_once("\n").and_then(|(_, rest)| rest.split_once("</script>")) else {
            return Err("its data doesn't end".into());
        };
        for line in content.lines() {
            parsed(line)?;
            lines += 1;
        }
    }
    hold("it lacks trials", lines == 2 * trials + 2)?;
    loads_nothing(text)
}

/// Nothing in a page leads out of it: no address in an element or in a style.
pub(crate) fn loads_nothing(page: &str) -> Held {
    let elements =
        Regex::new(r#"<(?:link|img|iframe|object|embed|base|audio|video|source|form)\b"#).expect("a pattern");
    let addresses =
        Regex::new(r#"\b(?:src|srcset|href|action|data|poster)\s*=\s*["']?\s*(?:[a-z]+:|//)"#).expect("a pattern");
    let styles = Regex::new(r"url\(|@import").expect("a pattern");
    // Data stands in elements of its own, in which nothing is markup.
    let data = Regex::new(r#"(?s)<script type="application/json".*?</script>"#).expect("a pattern");
    let markup = data.replace_all(page, "");
    for pattern in [elements, addresses, styles] {
        if let Some(found) = pattern.find(&markup) {
            return Err(format!("it loads something by {}", found.as_str()));
        }
    }
    Ok(())
}
