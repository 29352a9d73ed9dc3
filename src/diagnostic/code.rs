//! The kinds of diagnostic, each with the text that `probity explain` shows.

super::explained! {
    /// A kind of diagnostic. Its slug is stable.
    Code {
        UnreadableFile "unreadable-file"
            "A file or folder of the contract could not be read, or isn't UTF-8 text. Nothing is passed over in silence: a file that can't be read could have held a case."
        TooLarge "too-large"
            "A file is larger than 16 MiB, nested deeper than 64 levels, or grows beyond bounds when its aliases are followed. Split it, or write out what the aliases stand for."
        InvalidYaml "invalid-yaml"
            "The file is not YAML. The place is where the parser could not go on; the mistake often stands shortly before it."
        DuplicateKey "duplicate-key"
            "A mapping has the same key twice. YAML parsers disagree on which one counts, so neither does here."
        UnquotedInteger "unquoted-integer"
            "An integer doesn't fit into 64 bits and would lose digits as a floating-point number. Put it in quotes: identifiers are text."
        UnknownKey "unknown-key"
            "A key that means nothing at this place. A mistyped key would otherwise leave an expectation out, and the case would pass for the wrong reason."
        MissingKey "missing-key"
            "A key that is needed at this place is not there."
        WrongType "wrong-type"
            "The value is of another type than is needed at this place, such as a list where a text is expected."
        InvalidValue "invalid-value"
            "The value has the right type but can't be used at this place: a malformed name, status, method, path or number."
        DuplicateId "duplicate-id"
            "Two suites, cases, rows, requirements, personas or steps share a name that must be unique, so that an id always means one thing."
        UnknownFile "unknown-file"
            "A file in the contract's folder is of no known kind. A suite with a mistyped ending would otherwise never run."
        NoSuite "no-suite"
            "The folder holds no case. A contract is a folder with `contract.yaml`, `requirements.yaml` and `suites/*.yaml`; a run of nothing is never a pass."
        UnknownRequirement "unknown-requirement"
            "A case cites a requirement that no requirements file declares."
        UnknownPersona "unknown-persona"
            "A request is sent as a persona that `personas.yaml` doesn't declare. `nobody` always exists and sends no credentials."
        UnknownSchema "unknown-schema"
            "An expectation names a schema that is not in `schemas/`."
        UnknownName "unknown-name"
            "A template speaks of a parameter, capture, persona or member that doesn't exist here. A capture can be used only after the step that makes it."
        UnknownService "unknown-service"
            "A suite or target file names a service that `contract.yaml` doesn't declare."
        UnknownResource "unknown-resource"
            "A case reads or changes a resource that `contract.yaml` doesn't declare under `resources`."
        UnknownCapability "unknown-capability"
            "A case needs, or a target claims, a capability that `contract.yaml` doesn't declare."
        UnknownStep "unknown-step"
            "`same-as` or `different-from` names a step that doesn't come before this one."
        WithoutRequirement "without-requirement"
            "Every case cites the clause that it judges. A case that cites none can't be blamed on anything."
        RequirementWithoutCase "requirement-without-case"
            "No case judges this requirement and it gives no reason in `not-tested`. Write a case, or say why it can't be observed from outside."
        RequirementNotTested "requirement-not-tested"
            "A requirement says in `not-tested` that it has no case, but a case cites it."
        MixedLevels "mixed-levels"
            "A case cites requirements of different levels, so that it is unclear what its verdict counts for. Split it."
        UnusedPersona "unused-persona"
            "A persona that no request is sent as and no template speaks of. It is either a leftover or the sign of a case that was forgotten."
        UnusedSchema "unused-schema"
            "A schema file that no expectation and no other schema uses."
        UnusedCapture "unused-capture"
            "A capture that no later template uses. It is either a leftover or the sign of a mistyped name."
        InvalidTemplate "invalid-template"
            "A `{{…}}` that doesn't parse: braces that aren't closed, an empty name, or an unknown filter."
        InvalidPattern "invalid-pattern"
            "A regular expression that doesn't parse. The syntax is that of Rust's regex crate: no look-around and no back-references, so that matching takes linear time."
        InvalidJsonPath "invalid-jsonpath"
            "A JSONPath that doesn't parse by RFC 9535. A path begins with `$`."
        InvalidSchema "invalid-schema"
            "A JSON Schema that isn't JSON, isn't valid by its own `$schema`, or has a pattern or format that can't be used."
        UnresolvedReference "unresolved-reference"
            "A `$ref` points to nothing in `schemas/`. Nothing is fetched from the network."
        VacuousSchema "vacuous-schema"
            "A schema that accepts every JSON value can't find a fault."
        UnknownKeyword "unknown-keyword"
            "A keyword that JSON Schema doesn't define. A mistyped keyword constrains nothing, and the schema accepts what it was meant to refuse."
        Contradiction "contradiction"
            "Two rules that can't both hold, such as a header that is `absent` and equals something. The case could never conform."
        EmptyExpectation "empty-expectation"
            "A step that expects nothing can't fail. Say at least which status the answer has."
        MissingCell "missing-cell"
            "A matrix is a full table: each combination of its axes has exactly one cell, and this one has none."
        RepeatedCell "repeated-cell"
            "A matrix is a full table: each combination of its axes has exactly one cell, and this one has several."
        UnusedOutcome "unused-outcome"
            "An expectation under `sees` that no cell of the matrix uses."
        NoPositiveControl "no-positive-control"
            "A cell expects that something is not shown, but no cell of the matrix expects that the same texts are shown to somebody. A server that shows nothing to anybody would pass."
        VacuousCanary "vacuous-canary"
            "A list of texts under `contains` or `lacks` is empty here, so that nothing is searched for; or a text is shorter than three characters and would be found by chance."
        InvalidTarget "invalid-target"
            "The target is neither a URL with `http://` or `https://` nor a readable target file."
        UnmatchedFilter "unmatched-filter"
            "A pattern of `--only` or `--skip` matches no trial. `probity list` shows the names; `*` stands for one part of a name, `**` for any number of parts."
        MissingSecret "missing-secret"
            "A target file takes a value from an environment variable that isn't set."
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn slugs_are_unique() {
        let mut slugs: Vec<&str> = Code::ALL.iter().map(|code| code.slug()).collect();
        slugs.sort_unstable();
        let all = slugs.len();
        slugs.dedup();
        assert_eq!(slugs.len(), all);
    }
}
