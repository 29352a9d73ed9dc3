//! The words that the files, the screen and the command line have in common.

/// A word, what it is, and what it means.
pub(super) const WORDS: &[(&str, &str, &str)] = &[
    (
        "contract",
        "a word of ours",
        "Everything that is loaded from one folder: requirements, suites, schemas, personas and the world. `probity init` writes one.",
    ),
    (
        "requirement",
        "a word of ours",
        "One clause of the contract, with a stable id, a level, and the document and section that it comes from. Each has a case, or says in `not-tested` why it can't have one.",
    ),
    ("clause", "another word for a requirement", "See `probity explain requirement`."),
    (
        "suite",
        "a word of ours",
        "One YAML file in suites/: the cases of one feature area, which speak to one service. Its name is the first part of the ids of its trials.",
    ),
    (
        "case",
        "a word of ours",
        "The smallest thing with a verdict. It cites at least one requirement, all of one level, and has one step or several.",
    ),
    (
        "step",
        "a word of ours",
        "One request and what is expected of its answer. Steps of `setup` and `cleanup` bring something about and undo it; they are not judged.",
    ),
    (
        "trial",
        "a word of ours",
        "A case with its parameters filled in, under a stable id such as `presence/privacy/friend/blocked`. `probity list` shows all of them.",
    ),
    (
        "shard",
        "a word of ours",
        "One of several parts of a plan: `--shard 2/3` is the second of three. A trial's part follows from its id, or from the resource that it shares; `probity merge` gives the verdict of the whole.",
    ),
    (
        "document",
        "a word of ours",
        "What requirements were drawn from: a file, pinned by its SHA-256 under `documents` in contract.yaml. `probity lint --documents` shows which of them changed.",
    ),
    ("row", "a word of ours", "One set of parameters under `each`; it makes one trial."),
    ("cross", "a key of cases", "Axes of which every combination makes one trial."),
    (
        "matrix",
        "a word of ours",
        "A full table over named axes, such as who reads and how private the thing is. Every cell stands in it exactly once, and each denial has its positive control.",
    ),
    ("cell", "a word of ours", "One entry of a matrix: a value on each axis, and what is to be seen there."),
    ("axis", "a word of ours", "One dimension of a matrix or of a cross product, with its values."),
    (
        "invariant",
        "a word of ours",
        "What holds for every answer of a suite or a service, with a requirement of its own to be blamed.",
    ),
    (
        "persona",
        "a word of ours",
        "A named identity that requests are sent as: its headers, and values for templates. `nobody` always exists and sends no headers of its own. A target file may take its values from the environment.",
    ),
    (
        "world",
        "a word of ours",
        "The state that a server is put into before a run: any mapping, in world.yaml. `probity world` prints it as JSON, and the set-up of a target can send it.",
    ),
    (
        "target",
        "a word of ours",
        "A server under test: a URL, or a file with its URLs, credentials, capabilities, set-up, and the folder of its accepted answers.",
    ),
    ("service", "a word of ours", "A part of a target with a URL of its own. A suite speaks to one."),
    (
        "capability",
        "a word of ours",
        "An optional feature. A case that `needs` one is skipped where the target doesn't claim it.",
    ),
    (
        "resource",
        "a word of ours",
        "State that cases share. A case that `changes` one has it alone; those that `reads` it may run together.",
    ),
    (
        "template",
        "a word of ours",
        "A text with `{{name}}`, `{{name.member}}` or `{{name[0]}}` in it: parameters of the row, captures, personas, `world` or `target`, in this order. Filters: percent, base64, lower, upper, json. `{{{{` is a literal `{{`.",
    ),
    ("capture", "a word of ours", "A value out of an answer, kept under a name for the templates of later steps."),
    (
        "canary",
        "a word of ours",
        "A text that stands in private data. Whoever may not see the data must find it nowhere in the answer, however it is encoded.",
    ),
    (
        "denial",
        "a word of ours",
        "A cell of a matrix that withholds something. It counts only where a positive control conformed.",
    ),
    (
        "positive-control",
        "a word of ours",
        "A cell that shows what a denial withholds. Without one, a server that shows nothing to anybody would keep every secret.",
    ),
    (
        "lawful",
        "a key of contracts, suites and cases",
        "What an answer may be otherwise, and why no clause forbids it. `probity prove` alters answers in these ways too, and no case may fail on them.",
    ),
    (
        "survivor",
        "a word of ours",
        "A mutant that no trial noticed: a fault that the cases would miss. Known ones stand in survivors.yaml with a reason.",
    ),
    (
        "mutant",
        "a word of ours",
        "An answer altered in memory, to see whether a case would notice. See `probity prove`.",
    ),
    (
        "defect",
        "a word of ours",
        "A deliberate, named fault of the embedded reference server: `probity list --defects`, `probity serve --defect NAME`.",
    ),
    (
        "snapshot",
        "a word of ours",
        "An answer that somebody accepted. A later one that differs violates, and is proposed for `probity review`.",
    ),
    (
        "redaction",
        "a word of ours",
        "A value that is another each time, and a placeholder of its kind in its stead: timestamp, uuid, number, url, text or persona.",
    ),
    (
        "finding",
        "a word of ours",
        "One disagreement between an expectation and an answer, with the clause, the line of the suite, and the place in the answer.",
    ),
    (
        "exchange",
        "a word of ours",
        "What was really sent and received. `-v` shows a line for each, `-vv` all of it; secrets are masked.",
    ),
    (
        "diagnostic",
        "a word of ours",
        "A fault in our own files, with its place and a code that can be explained; never used of a server.",
    ),
    (
        "conforms",
        "a verdict",
        "Of a trial: every expectation was met. Of a run: no must is broken, and all that counts could be judged. The exit code is 0.",
    ),
    (
        "violates",
        "a verdict",
        "Of a trial: an expectation was not met, or an answer isn't as accepted. Of a run: a must is broken, and isn't waived. The exit code is 1.",
    ),
    (
        "inconclusive",
        "a verdict",
        "It could not be found out: no answer came, a set-up failed, or a denial had no control that conformed. A must that is inconclusive makes the run incomplete.",
    ),
    ("skipped", "a verdict", "The target doesn't claim a capability that the case needs."),
    (
        "incomplete",
        "the conclusion of a run",
        "Nothing is broken, but something that counts could not be judged, or nothing was judged at all. The exit code is 3.",
    ),
    (
        "waiver",
        "a word of ours",
        "A violation that the target's owner knows of, written down in waivers.yaml beside the target file: `trials`, `finding`, `reason`, `owner`, `expires`. It doesn't count as long as it is as the waiver says; else the waiver is stale. `probity run --suggest-waivers` shows entries to be filled in.",
    ),
    (
        "waived",
        "what is said of a violation",
        "Each finding of the trial is covered by a waiver: the trial violates and doesn't count. See `probity explain waiver`.",
    ),
    (
        "disputed",
        "a kind of waiver",
        "The suite is wrong, in the view of the target's owner, and the `link` says where that is talked about. It doesn't count, like any other waived violation, and every report tells it apart.",
    ),
    (
        "fingerprint",
        "a word of ours",
        "The short name of a finding: of its clause, its rule, the place in the answer without indices and ids, and of which kind the observed value was. It is the same in every run; a waiver names it under `finding`.",
    ),
    (
        "stale",
        "what is said of a waiver",
        "It isn't, or isn't any more, as it says: a trial that it means conforms or violates in another way, it means no trial, its day is over, or it covers more than 20 trials and doesn't say how many. The run names the line to mend, and fails. `probity run --update-waivers` takes out what isn't needed any more.",
    ),
    (
        "stale-waivers",
        "the conclusion of a run",
        "Nothing is broken that isn't waived and all that counts was judged, but waivers are stale. The exit code is 4.",
    ),
    (
        "warning",
        "a word of ours",
        "A trial that breaks a should, and isn't waived. It doesn't decide the verdict, unless the run is strict.",
    ),
    (
        "strict",
        "an option of runs",
        "With `--strict` a should counts like a must: broken it violates, and one that could not be judged leaves the run incomplete.",
    ),
    (
        "verified",
        "the state of a requirement",
        "Trials judged it, none found a fault, and one of them was seen to be able to.",
    ),
    ("violated", "the state of a requirement", "A trial found a fault."),
    (
        "unverified",
        "the state of a requirement",
        "No trial could judge it in this run, or none was seen to be able to find a fault.",
    ),
    ("not-tested", "the state of a requirement", "It can't be observed from outside, and says why."),
    ("must", "a level", "Decides the verdict (RFC 2119). `--only must` runs the cases of this level."),
    (
        "should",
        "a level",
        "Warns: broken it stands in the line of the verdict, and doesn't decide it. With `probity run --strict` it decides like a must.",
    ),
    ("may", "a level", "Informs: it is reported and counted, and doesn't decide the verdict."),
    (
        "breaks-the-contract",
        "a class of changes in an accepted answer",
        "The checks of the case fail on the new answer too.",
    ),
    (
        "lawful-change",
        "a class of changes in an accepted answer",
        "The contract declares that it may differ, or an RFC says that it means nothing.",
    ),
    ("unpinned", "a class of changes in an accepted answer", "No requirement speaks of what has changed."),
    (
        "exit-codes",
        "what a command ends with",
        "0 conforms; 1 violates: a must is broken; 2 the command line, the contract or the target file is wrong; 3 incomplete: nothing is broken, but something that counts could not be judged; 4 stale waivers: nothing else is wrong. Where several apply, the first of 2, 1, 3, 4 counts. For `prove`, 1 means that the suites can't be relied on; for `review`, that something still awaits a review.",
    ),
    (
        "pattern",
        "what --only and --skip take",
        "An id or the beginning of ids, a requirement, or a level; `?` stands for one character, `*` for any within one part, `**` for any number of parts. One that matches nothing is an error. (As a key of rules it is a regular expression.)",
    ),
    (
        "plan",
        "a word of ours",
        "The ordered list of trials, fixed before the first request. `probity list` prints it; `probity run --dry-run` also shows the requests.",
    ),
];

/// The text for a word.
pub(super) fn word(name: &str) -> Option<String> {
    let (word, what, text) = WORDS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    Some(format!("{word}: {what}\n\n{text}\n"))
}
