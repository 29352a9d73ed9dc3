//! Everything that can be wrong with a contract, a target file or the command line: a clear error at the right place,
//! exit code 2, and never anything that looks like a pass.

mod support {
    pub(crate) mod binary;
    pub(crate) mod folder;
}

use std::collections::BTreeMap;
use std::fs;

use probity::diagnostic::Code::{self, *};
use regex::Regex;
use tempfile::TempDir;

use support::binary::{Outcome, probity};
use support::folder::folder;

const CONTRACT: &str = "contract.yaml";
const REQUIREMENTS: &str = "requirements.yaml";
const PERSONAS: &str = "personas.yaml";
const WORLD: &str = "world.yaml";
const SCHEMA: &str = "schemas/tea.json";
const SUITE: &str = "suites/tea.yaml";

/// A contract without fault, as small as one can be that has something of everything.
const GOOD: [(&str, &str); 6] = [
    (
        CONTRACT,
        "contract: tea
version: 1.0.0
services: {shop: }
resources: [shelf]
capabilities: {samovar: {title: keeps water hot}}
secrets: ['$.users[*].token']
",
    ),
    (
        REQUIREMENTS,
        "- {id: TEA-LIST, level: must, source: {document: tea.md, section: Teas}, says: a tea has a name}
- {id: TEA-NOTE, level: must, source: {document: tea.md, section: Notes}, says: a note is its owner's}
- {id: TEA-WARM, level: should, source: {document: tea.md, section: Cups}, says: a cup is warm}
- {id: TEA-LOG, level: must, source: {document: tea.md, section: Log}, says: it is logged, not-tested: not visible}
",
    ),
    (
        PERSONAS,
        "- {persona: ann, is: '$.users[0]', headers: {x-token: '{{ann.token}}'}}
- {persona: bob, is: '$.users[1]', headers: {x-token: '{{bob.token}}'}}
",
    ),
    (WORLD, "users: [{token: token-of-ann, note: Darjeeling}, {token: token-of-bob, note: Lapsang}]\n"),
    (SCHEMA, "{\"type\": \"object\", \"required\": [\"name\"]}\n"),
    (
        SUITE,
        "suite: tea
service: shop
cases:
  - case: list
    requirements: [TEA-LIST]
    request: GET /teas
    expect: {status: 200, schema: tea}
  - case: cup
    requirements: [TEA-WARM]
    request: GET /cup
    expect: {status: 200}
matrices:
  - matrix: notes
    requirements: [TEA-NOTE]
    axes: {reader: [ann, bob]}
    as: '{{reader}}'
    request: GET /notes
    cells:
      - {reader: ann, sees: note}
      - {reader: bob, sees: nothing}
    sees:
      note: {status: 200, contains: Darjeeling}
      nothing: {status: 404, lacks: Darjeeling}
",
    ),
];

/// Stands in an edit where the caret must stand.
const CARET: char = '§';

/// What is written in the stead of something: file, old, new. Without an old text, the new one is the whole file.
type Edit<'e> = (&'e str, &'e str, &'e str);

/// A mistake in the files of a contract and the diagnostics that it makes, in their order. Each stands at the caret of
/// the same number; without any caret they have no place.
type Mistake<'e> = (&'e str, &'e [Edit<'e>], &'e [Code]);

const IN_CONTRACT: &[Mistake] = &[
    (
        "a choice that nothing leaves",
        &[(
            CONTRACT,
            "capabilities:",
            "choices: {§brewing: {title: how, requirement: TEA-LIST, branches: {hot: {status: 200}, cold: {status: 201}}}}\n\
             capabilities:",
        )],
        &[UnusedChoice],
    ),
    (
        "a choice of one branch",
        &[(
            CONTRACT,
            "capabilities:",
            "choices: {brewing: {title: how, requirement: TEA-LIST, branches: §{hot: {status: 200}}}}\ncapabilities:",
        )],
        &[InvalidValue],
    ),
    (
        "a profile of what there isn't",
        &[(CONTRACT, "capabilities:", "profiles: {all: [§samowar]}\ncapabilities:")],
        &[UnknownCapability],
    ),
    ("a key twice", &[(CONTRACT, "version: 1.0.0", "version: 1.0.0\n§version: 1.0.1")], &[DuplicateKey]),
    ("an unknown key", &[(CONTRACT, "secrets", "§secret")], &[UnknownKey]),
    ("no name", &[(CONTRACT, "contract: tea\n", "§")], &[MissingKey]),
    ("an empty name", &[(CONTRACT, "contract: tea", "contract: §''")], &[InvalidValue]),
    ("no service", &[(CONTRACT, "{shop: }", "§{}"), (SUITE, "shop", "§shop")], &[InvalidValue, UnknownService]),
    ("a text for a list", &[(CONTRACT, "['$.users[*].token']", "§$.users[*].token")], &[WrongType]),
    ("a path without $", &[(CONTRACT, "'$.users", "'§users")], &[InvalidJsonPath]),
    ("a capability without title", &[(CONTRACT, "{title: keeps water hot}", "§{}")], &[MissingKey]),
    (
        "an invariant without requirement",
        &[(CONTRACT, "{shop: }", "{shop: {invariants: [{invariant: §a, expect: {json: strict}}]}}")],
        &[WithoutRequirement],
    ),
    (
        "a document without digest",
        &[(CONTRACT, "resources", "documents: {§tea.md: {title: Tea}}\nresources")],
        &[MissingKey],
    ),
    (
        "a digest that is too short",
        &[(CONTRACT, "resources", "documents: {tea.md: {sha256: §abc}}\nresources")],
        &[InvalidValue],
    ),
    (
        "a document that is pinned and isn't",
        &[(
            CONTRACT,
            "resources",
            "documents: {tea.md: {sha256: b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184, not-pinned: §so}}\nresources",
        )],
        &[InvalidValue],
    ),
    (
        "a document outside of its folder",
        &[(CONTRACT, "resources", "documents: {tea.md: {not-pinned: so}, §../a.md: {not-pinned: so}}\nresources")],
        &[InvalidValue],
    ),
    (
        "a link that is none",
        &[(CONTRACT, "resources", "documents: {tea.md: {not-pinned: so, link: §tea.example}}\nresources")],
        &[InvalidValue],
    ),
    ("no documents", &[(CONTRACT, "resources", "documents: §{}\nresources")], &[InvalidValue]),
    (
        "an undeclared document",
        &[
            (CONTRACT, "resources", "documents: {tea.md: {not-pinned: so}}\nresources"),
            (REQUIREMENTS, "document: tea.md, section: Log", "document: §te.md, section: Log"),
        ],
        &[UnknownDocument],
    ),
    ("two contracts", &[("contract.yml", "", "§contract: tea\n")], &[DuplicateId]),
];

const IN_REQUIREMENTS: &[Mistake] = &[
    (
        "an id twice",
        &[(
            REQUIREMENTS,
            "- {id: TEA-LOG",
            "- {id: TEA-OLD, level: may, source: {document: a, section: b}, says: c, not-tested: d}\n- {id: §TEA-OLD",
        )],
        &[DuplicateId],
    ),
    (
        "an unknown key",
        &[(REQUIREMENTS, "not-tested", "§not-testd"), (REQUIREMENTS, "id: TEA-LOG", "id: §TEA-LOG")],
        &[RequirementWithoutCase, UnknownKey],
    ),
    ("an unknown level", &[(REQUIREMENTS, "{id: TEA-LOG, level: must", "{id: TEA-LOG, level: §msut")], &[InvalidValue]),
    ("an id in lower case", &[(REQUIREMENTS, "TEA-LOG", "§tea-log")], &[InvalidValue]),
    (
        "no source",
        &[(
            REQUIREMENTS,
            "{id: TEA-LOG, level: must, source: {document: tea.md, section: Log}",
            "§{id: TEA-LOG, level: must",
        )],
        &[MissingKey],
    ),
    ("no section", &[(REQUIREMENTS, "{document: tea.md, section: Log}", "§{document: tea.md}")], &[MissingKey]),
    ("nothing said", &[(REQUIREMENTS, "says: it is logged", "says: §' '")], &[InvalidValue]),
    (
        "neither case nor reason",
        &[(REQUIREMENTS, "TEA-LOG", "§TEA-LOG"), (REQUIREMENTS, ", not-tested: not visible", "")],
        &[RequirementWithoutCase],
    ),
    (
        "both case and reason",
        &[(REQUIREMENTS, "warm}", "warm, not-tested: unseen}"), (SUITE, "TEA-WARM", "§TEA-WARM")],
        &[RequirementNotTested],
    ),
];

const IN_PERSONAS: &[Mistake] = &[
    (
        "a name twice",
        &[(PERSONAS, "- {persona: bob", "- {persona: §ann, headers: {x-a: b}}\n- {persona: bob")],
        &[DuplicateId],
    ),
    ("the name of nobody", &[(PERSONAS, "- {persona: bob", "- {persona: §nobody}\n- {persona: bob")], &[DuplicateId]),
    (
        "the name of the world",
        &[(PERSONAS, "- {persona: bob", "- {persona: §world}\n- {persona: bob")],
        &[InvalidValue],
    ),
    (
        "one that nothing uses",
        &[(PERSONAS, "- {persona: bob", "- {persona: §cleo}\n- {persona: bob")],
        &[UnusedPersona],
    ),
    (
        "one that only itself uses",
        &[(
            PERSONAS,
            "- {persona: bob",
            "- {persona: §cleo, values: {a: b}, headers: {x-a: '{{cleo.a}}'}}\n- {persona: bob",
        )],
        &[UnusedPersona],
    ),
    (
        "several in the world",
        &[(PERSONAS, "'$.users[1]'", "§'$.users[*]'"), (PERSONAS, "persona: bob", "persona: bob, values: {token: t}")],
        &[InvalidValue],
    ),
    (
        "none in the world",
        &[(PERSONAS, "'$.users[1]'", "§'$.users[7]'"), (PERSONAS, "persona: bob", "persona: bob, values: {token: t}")],
        &[InvalidValue],
    ),
    (
        "no object of the world",
        &[
            (PERSONAS, "'$.users[1]'", "§'$.users[1].token'"),
            (PERSONAS, "persona: bob", "persona: bob, values: {token: t}"),
        ],
        &[InvalidValue],
    ),
    (
        "the name of what a header calls itself",
        &[(PERSONAS, "- {persona: bob", "- {persona: §persona}\n- {persona: bob")],
        &[InvalidValue],
    ),
    (
        "one and several",
        &[(PERSONAS, "- {persona: bob", "- {each: '$.users[0]', named: token, §persona: cleo}\n- {persona: bob")],
        &[Contradiction],
    ),
    (
        "several without names",
        &[(PERSONAS, "- {persona: bob", "- §{each: '$.users[0]'}\n- {persona: bob")],
        &[MissingKey],
    ),
    (
        "a persona of each of nobody",
        &[(PERSONAS, "- {persona: bob", "- {each: §'$.users[7]', named: name}\n- {persona: bob")],
        &[InvalidValue],
    ),
    (
        "a persona of a text",
        &[(PERSONAS, "- {persona: bob", "- {each: §'$.users[0].token', named: name}\n- {persona: bob")],
        &[InvalidValue],
    ),
    (
        "names that nothing in the world has",
        &[(PERSONAS, "- {persona: bob", "- {each: '$.users[0]', named: §nick}\n- {persona: bob")],
        &[InvalidValue],
    ),
    (
        "names that can't be names",
        &[(PERSONAS, "- {persona: bob", "- {each: '$.users[0]', named: §note}\n- {persona: bob")],
        &[InvalidValue],
    ),
    (
        "one of several who is there already",
        &[
            (WORLD, "{token: token-of-ann", "{name: ann, token: token-of-ann"),
            (PERSONAS, "- {persona: bob", "- {each: '$.users[0]', named: §name}\n- {persona: bob"),
        ],
        &[DuplicateId],
    ),
    (
        "two of several with one name",
        &[
            (WORLD, "users: [", "others: [{name: ann}, {name: ann}]\nusers: ["),
            (PERSONAS, "- {persona: ann, is: '$.users[0]', headers: {x-token: '{{ann.token}}'}}\n", ""),
            (PERSONAS, "- {persona: bob", "- {each: '$.others[*]', named: §name}\n- {persona: bob"),
        ],
        &[DuplicateId],
    ),
    (
        "several of whom nothing uses one",
        &[
            (WORLD, "users: [", "others: [{name: cleo}, {name: dora}]\nusers: ["),
            (PERSONAS, "- {persona: bob", "- {each: '$.others[*]', named: §name}\n- {persona: bob"),
        ],
        &[UnusedPersona],
    ),
    (
        "several without what their headers speak of",
        &[
            (WORLD, "users: [", "others: [{name: ann}, {name: cleo}, {name: dora}]\nusers: ["),
            (PERSONAS, "- {persona: ann, is: '$.users[0]', headers: {x-token: '{{ann.token}}'}}\n", ""),
            (
                PERSONAS,
                "- {persona: bob",
                "- {each: '$.others[*]', named: §name, headers: {x-token: '{{persona.token}}'}}\n- {persona: bob",
            ),
        ],
        &[UnknownName],
    ),
    ("no JSONPath", &[(PERSONAS, "'$.users[1]'", "'$.users§['")], &[InvalidJsonPath]),
    ("no name of a header", &[(PERSONAS, "x-token: '{{bob.token}}'", "§'x token': '{{bob.token}}'")], &[InvalidValue]),
    ("braces left open", &[(PERSONAS, "'{{bob.token}}'", "'§{{bob.token'")], &[InvalidTemplate]),
    (
        "no such member",
        &[(PERSONAS, "persona: bob", "persona: §bob"), (PERSONAS, "bob.token", "bob.tokn")],
        &[UnknownName],
    ),
    (
        "a mistyped selection",
        &[(PERSONAS, "persona: bob", "persona: bob, values: {all: {select: '$.a', §of: b}}")],
        &[UnknownKey],
    ),
];

const IN_SCHEMAS: &[Mistake] = &[
    (
        "one that accepts everything",
        &[(SCHEMA, "{\"type\": \"object\", \"required\": [\"name\"]}", "§{\"properties\": {\"name\": true}}")],
        &[VacuousSchema],
    ),
    ("true", &[(SCHEMA, "", "§true")], &[VacuousSchema]),
    ("an unknown keyword", &[(SCHEMA, "\"required\"", "\"§requierd\"")], &[UnknownKeyword]),
    (
        "an unknown keyword far down",
        &[(SCHEMA, "[\"name\"]", "[\"name\"], \"properties\": {\"a\": {\"items\": [{\"§mini\": 1}]}}")],
        &[UnknownKeyword],
    ),
    (
        "an unknown format",
        &[(SCHEMA, "[\"name\"]", "[\"name\"], \"properties\": {\"a\": {\"format\": \"§unit64\"}}")],
        &[InvalidSchema],
    ),
    ("an unknown type", &[(SCHEMA, "{\"type\": \"object\"", "§{\"type\": \"objekt\"")], &[InvalidSchema]),
    (
        "a pattern that doesn't parse",
        &[(SCHEMA, "{\"type\": \"object\"", "§{\"type\": \"object\", \"patternProperties\": {\"(\": false}")],
        &[InvalidSchema],
    ),
    (
        "a pattern with look-around",
        &[(SCHEMA, "{\"type\": \"object\"", "§{\"type\": \"object\", \"propertyNames\": {\"pattern\": \"(?=a)\"}")],
        &[InvalidSchema],
    ),
    (
        "no JSON",
        &[(SCHEMA, "[\"name\"]", "[\"name\",§]"), (SUITE, "schema: tea", "schema: §tea")],
        &[InvalidSchema, UnknownSchema],
    ),
    (
        "a reference into nothing",
        &[(SCHEMA, "[\"name\"]", "[\"name\"], \"allOf\": [{\"$ref\": §\"#/$defs/lost\"}]")],
        &[UnresolvedReference],
    ),
    (
        "a reference to no file",
        &[(SCHEMA, "[\"name\"]", "[\"name\"], \"allOf\": [{\"$ref\": §\"lost.json\"}]")],
        &[UnresolvedReference],
    ),
    (
        "a reference to the network",
        &[(SCHEMA, "[\"name\"]", "[\"name\"], \"allOf\": [{\"$ref\": §\"http://127.0.0.1:9/a.json\"}]")],
        &[UnresolvedReference],
    ),
    ("one that nothing uses", &[("schemas/old.json", "", "§{\"type\": \"null\"}")], &[UnusedSchema]),
    ("one with another ending", &[("schemas/old.yaml", "", "type: 'null'\n")], &[UnknownFile]),
];

const IN_SUITES: &[Mistake] = &[
    (
        "an unknown key of a suite",
        &[(SUITE, "matrices:", "§matrixes:"), (REQUIREMENTS, "TEA-NOTE", "§TEA-NOTE")],
        &[RequirementWithoutCase, UnknownKey],
    ),
    (
        "an unknown key of a case",
        &[(SUITE, "    request: GET /cup", "    §titel: Cups\n    request: GET /cup")],
        &[UnknownKey],
    ),
    (
        "an unknown key of an expectation",
        &[(SUITE, "{status: 200, schema: tea}", "{status: 200, §shema: tea}")],
        &[UnknownKey],
    ),
    (
        "an alteration that there is not",
        &[(SUITE, "service: shop\n", "service: shop\nlawful: [{change: §drop-membr, because: tea is free}]\n")],
        &[InvalidValue],
    ),
    (
        "an alteration that means nothing anyway",
        &[(SUITE, "service: shop\n", "service: shop\nlawful: [{change: §respace-json, because: tea is free}]\n")],
        &[Contradiction],
    ),
    (
        "a node of the body for an alteration of a header",
        &[(SUITE, "service: shop\n", "service: shop\nlawful: [{change: any-header, at: §$.name, because: x}]\n")],
        &[Contradiction],
    ),
    (
        "an allowance without a reason",
        &[(SUITE, "service: shop\n", "service: shop\nlawful: [§{change: any-header}]\n")],
        &[MissingKey],
    ),
    (
        "an outcome outside of a matrix",
        &[(SUITE, "service: shop\n", "service: shop\nlawful: [{change: any-json, §sees: note, because: x}]\n")],
        &[UnknownKey],
    ),
    (
        "a known gap of no trials",
        &[("survivors.yaml", "", "- §{change: null-value, because: nobody knows it}\n")],
        &[MissingKey],
    ),
    ("no request", &[(SUITE, "- case: cup", "- §case: cup"), (SUITE, "    request: GET /cup\n", "")], &[MissingKey]),
    ("a list for a text", &[(SUITE, "GET /cup", "§[GET, /cup]")], &[WrongType]),
    ("no method", &[(SUITE, "GET /cup", "§/cup")], &[InvalidValue]),
    ("a method in lower case", &[(SUITE, "GET /cup", "§get /cup")], &[InvalidValue]),
    ("a path without a slash", &[(SUITE, "GET /cup", "§GET cup")], &[InvalidValue]),
    ("no status", &[(SUITE, "expect: {status: 200}", "expect: {status: §2x0}")], &[InvalidValue]),
    ("no class of status", &[(SUITE, "expect: {status: 200}", "expect: {status: [200, §7xx]}")], &[InvalidValue]),
    ("no name of a case", &[(SUITE, "case: cup", "case: §Cup 1")], &[InvalidValue]),
    ("no name of a suite", &[(SUITE, "suite: tea", "suite: §tea//x")], &[InvalidValue]),
    ("a repetition without end", &[(SUITE, "GET /cup", "GET /cup\n    repeat: §1001")], &[InvalidValue]),
    ("no such service", &[(SUITE, "service: shop", "service: §shpo")], &[UnknownService]),
    ("no such resource", &[(SUITE, "GET /cup", "GET /cup\n    changes: [§shlef]")], &[UnknownResource]),
    ("no such capability", &[(SUITE, "GET /cup", "GET /cup\n    needs: [§samowar]")], &[UnknownCapability]),
    ("no such choice", &[(SUITE, "expect: {status: 200}", "expect: {choice: §brewing}")], &[UnknownChoice]),
    ("no such requirement", &[(SUITE, "[TEA-LIST]", "[TEA-LIST, §TEA-LITS]")], &[UnknownRequirement]),
    (
        "no requirement",
        &[
            (SUITE, "case: list", "case: §list"),
            (SUITE, "    requirements: [TEA-LIST]\n", ""),
            (REQUIREMENTS, "TEA-LIST", "§TEA-LIST"),
        ],
        &[RequirementWithoutCase, WithoutRequirement],
    ),
    ("requirements of two levels", &[(SUITE, "[TEA-WARM]", "§[TEA-WARM, TEA-LIST]")], &[MixedLevels]),
    ("a name of a case twice", &[(SUITE, "case: cup", "case: §list")], &[DuplicateId]),
    (
        "a name of a suite twice",
        &[(
            "suites/zoo.yaml",
            "",
            "suite: §tea\nservice: shop\ncases:\n  - {case: a, requirements: [TEA-LIST], request: GET /, expect: {status: 200}}\n",
        )],
        &[DuplicateId],
    ),
    ("a row twice", &[(SUITE, "GET /cup", "GET /cup\n    each: [{name: a}, §{name: a}]")], &[DuplicateId]),
    ("a row without name", &[(SUITE, "GET /cup", "GET /cup\n    each: [§{size: 3}]")], &[MissingKey]),
    ("no row", &[(SUITE, "GET /cup", "GET /cup\n    each: §[]")], &[InvalidValue]),
    (
        "rows and a cross product",
        &[(SUITE, "GET /cup", "GET /cup\n    each: [{name: a}]\n    §cross: {size: [1]}")],
        &[Contradiction],
    ),
    (
        "a parameter on two axes",
        &[(SUITE, "GET /cup", "GET /cup\n    cross: {size: [1], §cup: [{name: a, size: 2}]}")],
        &[DuplicateId],
    ),
    (
        "a parameter with the name of a persona",
        &[(SUITE, "GET /cup", "GET /cup\n    each: [§{name: a, ann: 2}]")],
        &[DuplicateId],
    ),
    ("no such persona", &[(SUITE, "GET /cup", "§GET /cup\n    as: anne")], &[UnknownPersona]),
    (
        "no such persona in a row",
        &[(SUITE, "GET /cup", "§GET /cup\n    as: '{{who}}'\n    each: [{name: a, who: ann}, {name: b, who: bbo}]")],
        &[UnknownPersona],
    ),
    ("no such schema", &[(SUITE, "expect: {status: 200}", "expect: {status: 200, schema: §tee}")], &[UnknownSchema]),
    (
        "no such part of a schema",
        &[(SUITE, "expect: {status: 200}", "expect: {status: 200, schema: §tea#/$defs/x}")],
        &[UnresolvedReference],
    ),
    ("no such parameter", &[(SUITE, "GET /cup", "§GET /cup/{{size}}\n    each: [{name: a, sise: 1}]")], &[UnknownName]),
    (
        "a parameter in one row only",
        &[(SUITE, "GET /cup", "§GET /cup/{{size}}\n    each: [{name: a, size: 1}, {name: b}]")],
        &[UnknownName],
    ),
    ("no such member of the world", &[(SUITE, "GET /cup", "§GET /cup/{{world.users[2].note}}")], &[UnknownName]),
    (
        "a capture before it is made",
        &[(
            SUITE,
            "    request: GET /cup\n    expect: {status: 200}",
            "    steps:\n      - {request: §'GET /{{id}}', expect: {status: 200}}\n      - {request: GET /, expect: {status: 200}, capture: {§id: $.id}}",
        )],
        &[UnknownName, UnusedCapture],
    ),
    ("a capture that nothing uses", &[(SUITE, "GET /cup", "GET /cup\n    capture: {§id: $.id}")], &[UnusedCapture]),
    (
        "a capture out of a cookie",
        &[(
            SUITE,
            "GET /cup",
            "GET /cup/{{id}}\n    setup: [{request: GET /, capture: {id: {header: x-id, §cookie: id}}}]",
        )],
        &[UnknownKey],
    ),
    (
        "a step twice",
        &[(
            SUITE,
            "    request: GET /cup\n    expect: {status: 200}",
            "    steps:\n      - {step: a, request: GET /, expect: {status: 200}}\n      - §{step: a, request: GET /, expect: {status: 200}}",
        )],
        &[DuplicateId],
    ),
    (
        "the same as a later step",
        &[(
            SUITE,
            "    request: GET /cup\n    expect: {status: 200}",
            "    steps:\n      - {request: GET /, expect: {same-as: §b}}\n      - {step: b, request: GET /, expect: {status: 200}}",
        )],
        &[UnknownStep],
    ),
    (
        "an alternative like no step",
        &[(SUITE, "expect: {status: 200}", "expect: {any-of: [{status: 200}, {different-from: §first}]}")],
        &[UnknownStep],
    ),
    ("braces left open", &[(SUITE, "GET /cup", "GET /§{{cup")], &[InvalidTemplate]),
    ("an unknown filter", &[(SUITE, "GET /cup", "GET /{{§world.users[0].note | rot13}}")], &[InvalidTemplate]),
    (
        "a pattern that doesn't parse",
        &[(SUITE, "expect: {status: 200}", "expect: {headers: {x-a: {pattern: §'(a'}}}")],
        &[InvalidPattern],
    ),
    (
        "a pattern with a back-reference",
        &[(SUITE, "expect: {status: 200}", "expect: {body: [{pattern: §'(a)\\1'}]}")],
        &[InvalidPattern],
    ),
    (
        "a pattern that doesn't parse in a row",
        &[(SUITE, "expect: {status: 200}", "each: [{name: a, p: '(a'}]\n    expect: {body: [{pattern: §'^{{p}}'}]}")],
        &[InvalidPattern],
    ),
    (
        "a path without $",
        &[(SUITE, "expect: {status: 200}", "expect: {body: [{at: §name, type: string}]}")],
        &[InvalidJsonPath],
    ),
    (
        "a path left open",
        &[(SUITE, "expect: {status: 200}", "expect: {body: [{at: '$.a§[', type: string}]}")],
        &[InvalidJsonPath],
    ),
    (
        "a path left open in a row",
        &[(
            SUITE,
            "expect: {status: 200}",
            "each: [{name: a, p: '['}]\n    expect: {body: [§{at: '$.a{{p}}', type: string}]}",
        )],
        &[InvalidJsonPath],
    ),
    (
        "a step that expects nothing",
        &[(SUITE, "case: cup", "case: §cup"), (SUITE, "    expect: {status: 200}\n", "")],
        &[EmptyExpectation],
    ),
    ("an empty expectation", &[(SUITE, "expect: {status: 200}", "expect: §{}")], &[EmptyExpectation]),
    (
        "an empty alternative",
        &[(SUITE, "expect: {status: 200}", "expect: {any-of: [{status: 200}, §{}]}")],
        &[EmptyExpectation],
    ),
    (
        "a rule that expects nothing",
        &[(SUITE, "expect: {status: 200}", "expect: {body: [§{at: $.a}]}")],
        &[EmptyExpectation],
    ),
    (
        "a range without bounds",
        &[(SUITE, "expect: {status: 200}", "expect: {body: [{at: $.a, range: §{}}]}")],
        &[EmptyExpectation],
    ),
    (
        "an invariant that expects nothing",
        &[(SUITE, "cases:", "invariants: [{invariant: a, requirements: [TEA-LIST], expect: §{}}]\ncases:")],
        &[EmptyExpectation],
    ),
    (
        "an invariant without requirement",
        &[(SUITE, "cases:", "invariants: [{invariant: §a, expect: {json: strict}}]\ncases:")],
        &[WithoutRequirement],
    ),
    (
        "a condition that means nothing",
        &[(
            SUITE,
            "cases:",
            "invariants: [{invariant: a, requirements: [TEA-LIST], when: {body: §some}, expect: {json: strict}}]\ncases:",
        )],
        &[InvalidValue],
    ),
    (
        "a header rule that says nothing",
        &[(SUITE, "expect: {status: 200}", "expect: {headers: {x-a: §{}}}")],
        &[Contradiction],
    ),
    (
        "a header absent and equal",
        &[(SUITE, "expect: {status: 200}", "expect: {headers: {x-a: §{absent: true, equals: b}}}")],
        &[Contradiction],
    ),
    (
        "a header present and optional",
        &[(SUITE, "expect: {status: 200}", "expect: {headers: {x-a: §{present: true, optional: true}}}")],
        &[Contradiction],
    ),
    (
        "a header that breaks its own pattern",
        &[(SUITE, "expect: {status: 200}", "expect: {headers: {x-a: §{equals: b, pattern: '^a'}}}")],
        &[Contradiction],
    ),
    (
        "a header that is no number of its range",
        &[(SUITE, "expect: {status: 200}", "expect: {headers: {x-a: §{equals: '7', unsigned: {max: 6}}}}")],
        &[Contradiction],
    ),
    (
        "bounds the wrong way round",
        &[(SUITE, "expect: {status: 200}", "expect: {headers: {x-a: {unsigned: §{min: 7, max: 6}}}}")],
        &[Contradiction],
    ),
    (
        "two rules for a header",
        &[(SUITE, "expect: {status: 200}", "expect: {headers: {x-a: b, §X-A: c}}")],
        &[DuplicateKey],
    ),
    (
        "a header sent twice by name",
        &[(SUITE, "GET /cup", "GET /cup\n    headers: {x-a: b, §X-A: c}")],
        &[DuplicateKey],
    ),
    (
        "no media type",
        &[(SUITE, "expect: {status: 200}", "expect: {headers: {content-type: {media-type: §json}}}")],
        &[InvalidValue],
    ),
    (
        "an empty body that shows something",
        &[(SUITE, "expect: {status: 200}", "expect: {body: §empty, contains: Darjeeling}")],
        &[Contradiction],
    ),
    (
        "a body of an answer without one",
        &[(SUITE, "expect: {status: 200}", "expect: {status: §204, body: present}")],
        &[Contradiction],
    ),
    (
        "absent and a type",
        &[(SUITE, "expect: {status: 200}", "expect: {body: [{at: $.a, absent: §true, type: string}]}")],
        &[Contradiction],
    ),
    (
        "a count that everything keeps",
        &[(SUITE, "expect: {status: 200}", "expect: {body: [{at: $.a, count: §{min: 0}}]}")],
        &[Contradiction],
    ),
    (
        "a comparison of nothing",
        &[(SUITE, "expect: {status: 200}", "expect: {body: [{at: $.a, type: string, §compare: ignore-case}]}")],
        &[Contradiction],
    ),
    (
        "a text that is unique",
        &[(SUITE, "expect: {status: 200}", "expect: {body: [{of: text, unique: §true}]}")],
        &[Contradiction],
    ),
    (
        "a list that is none",
        &[(SUITE, "expect: {status: 200}", "expect: {body: [{at: $.a, subset-of: §'{{world.users[0].note}}'}]}")],
        &[WrongType],
    ),
    ("two bodies", &[(SUITE, "GET /cup", "POST /cup\n    json: {a: 1}\n    §text: a")], &[Contradiction]),
    ("an unknown word", &[(SUITE, "GET /cup", "GET /cup\n    transport: §row")], &[InvalidValue]),
    ("strictly what?", &[(SUITE, "expect: {status: 200}", "expect: {json: §strickt}")], &[InvalidValue]),
    ("too short to be searched for", &[(SUITE, "expect: {status: 200}", "expect: {lacks: §ab}")], &[VacuousCanary]),
    (
        "nothing to search for",
        &[
            (PERSONAS, "persona: bob", "persona: bob, values: {notes: {select: '$.nots[*]'}}"),
            (SUITE, "expect: {status: 200}", "expect: {contains: §'{{bob.notes}}'}"),
        ],
        &[VacuousCanary],
    ),
    ("a suite without case", &[("suites/zoo.yaml", "", "suite: §zoo\nservice: shop\ncases: []\n")], &[NoSuite]),
];

const IN_SNAPSHOTS: &[Mistake] = &[
    (
        "a snapshot that isn't one",
        &[(SUITE, "expect: {status: 200, schema: tea}", "expect: {status: 200, schema: tea, snapshot: §false}")],
        &[InvalidValue],
    ),
    (
        "a redaction of nothing",
        &[(SUITE, "schema: tea}", "schema: tea, snapshot: {redact: [§{as: uuid}]}}")],
        &[InvalidValue],
    ),
    (
        "a placeholder that there isn't",
        &[(SUITE, "schema: tea}", "schema: tea, snapshot: {redact: [{at: $.a, as: §guid}]}}")],
        &[InvalidValue],
    ),
    (
        "a mistyped key",
        &[(SUITE, "schema: tea}", "schema: tea, snapshot: {§redcat: [{at: $.a, as: uuid}]}}")],
        &[UnknownKey],
    ),
    (
        "nothing but a snapshot",
        &[(SUITE, "expect: {status: 200, schema: tea}", "expect: §{snapshot: true}")],
        &[EmptyExpectation],
    ),
    (
        "a snapshot of an alternative",
        &[(SUITE, "schema: tea}", "schema: tea, any-of: [{json: strict, snapshot: §true}]}")],
        &[Contradiction],
    ),
    (
        "a snapshot of every answer",
        &[(
            SUITE,
            "service: shop",
            "service: shop\ninvariants: [{invariant: a, requirements: [TEA-LIST], expect: {json: strict, snapshot: §true}}]",
        )],
        &[Contradiction],
    ),
    ("a case that would be a hidden file", &[(SUITE, "- case: list", "- case: §..")], &[InvalidValue]),
];

const IN_MATRICES: &[Mistake] = &[
    (
        "a cell left out",
        &[(SUITE, "matrix: notes", "matrix: §notes"), (SUITE, "[ann, bob]", "[ann, bob, nobody]")],
        &[MissingCell],
    ),
    (
        "a cell twice",
        &[(
            SUITE,
            "- {reader: bob, sees: nothing}",
            "- {reader: bob, sees: nothing}\n      - §{reader: '*', sees: nothing}",
        )],
        &[RepeatedCell],
    ),
    (
        "a denial without control",
        &[(SUITE, "- {reader: bob", "- §{reader: bob"), (SUITE, "contains: Darjeeling", "contains: Lapsang")],
        &[NoPositiveControl],
    ),
    (
        "an outcome that no cell sees",
        &[(SUITE, "    sees:\n", "    sees:\n      §little: {status: 206}\n")],
        &[UnusedOutcome],
    ),
    ("no such outcome", &[(SUITE, "sees: nothing}", "sees: §nothin}")], &[UnknownName]),
    ("no such value", &[(SUITE, "{reader: bob", "{reader: §bbo")], &[UnknownName]),
    ("no such axis", &[(SUITE, "{reader: bob", "{reader: bob, §writer: ann")], &[UnknownKey]),
    ("an axis left out", &[(SUITE, "{reader: bob, sees: nothing}", "§{sees: nothing}")], &[MissingKey]),
    ("an outcome left out", &[(SUITE, "{reader: bob, sees: nothing}", "§{reader: bob}")], &[MissingKey]),
    (
        "a cell of another level",
        &[
            (SUITE, "matrix: notes", "matrix: §notes"),
            (SUITE, "sees: nothing}", "sees: nothing, requirements: [TEA-WARM]}"),
        ],
        &[MixedLevels],
    ),
    ("a row on an axis twice", &[(SUITE, "[ann, bob]", "[ann, bob, §bob]")], &[DuplicateId]),
    (
        "a table without end",
        &[
            (SUITE, "matrix: notes", "matrix: §notes"),
            (
                SUITE,
                "{reader: [ann, bob]}",
                "{reader: [ann, bob], a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], b: *a, c: *a, d: *a, e: *a}",
            ),
        ],
        &[TooLarge],
    ),
];

const IN_YAML: &[Mistake] = &[
    (
        "a list left open",
        &[(WORLD, "users: [", "users: §["), (WORLD, "note: Lapsang}]", "note: Lapsang}")],
        &[InvalidYaml],
    ),
    (
        "a tab",
        &[(SUITE, "    request: GET /cup", "\t§request: GET /cup"), (REQUIREMENTS, "TEA-LIST", "TEA-LIST")],
        &[InvalidYaml],
    ),
    ("a tag", &[(WORLD, "Lapsang", "!secret §Lapsang")], &[InvalidYaml]),
    ("an anchor that isn't there", &[(WORLD, "Lapsang", "§*lapsang")], &[InvalidYaml]),
    ("two documents", &[(WORLD, "users:", "a: 1\n§---\nusers:")], &[InvalidYaml]),
    ("a key twice far down", &[(WORLD, "note: Lapsang", "note: Lapsang, §note: Assam")], &[DuplicateKey]),
    ("an integer beyond 64 bits", &[(WORLD, "Lapsang", "§18446744073709551616")], &[UnquotedInteger]),
    ("a negative one", &[(WORLD, "Lapsang", "§-9223372036854775809")], &[UnquotedInteger]),
    ("a world that is a list", &[(WORLD, "", "§[]\n")], &[WrongType]),
];

const IN_FOLDERS: &[Mistake] = &[
    ("an ending mistyped", &[("suites/more.yalm", "", "suite: more\n")], &[UnknownFile]),
    ("a folder mistyped", &[("suits/more.yaml", "", "suite: more\n")], &[UnknownFile]),
    ("a file mistyped", &[("persona.yaml", "", "[]\n")], &[UnknownFile]),
];

const TABLES: [&[Mistake]; 9] =
    [IN_CONTRACT, IN_REQUIREMENTS, IN_PERSONAS, IN_SCHEMAS, IN_SUITES, IN_SNAPSHOTS, IN_MATRICES, IN_YAML, IN_FOLDERS];

/// Makes every mistake of a table, each in a contract of its own.
#[track_caller]
fn provoke(mistakes: &[Mistake]) {
    let faults: Vec<String> = mistakes.iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is wrong with how a mistake is reported.
fn fault((what, edits, codes): &Mistake) -> Option<String> {
    let (folder, places) = spoilt(edits);
    let place = |index: usize| places.get(index).cloned();
    let expected: Vec<_> =
        codes.iter().enumerate().map(|(index, code)| (code.slug().to_owned(), place(index))).collect();
    let outcome = probity(folder.path(), &["run", ".", "--target", "http://127.0.0.1:9"]);
    let right = refused(&outcome) && diagnostics(&outcome.stderr) == expected;
    (!right).then(|| format!("{what}: expected {expected:?}\n{}{}", outcome.stdout, outcome.stderr))
}

/// The good contract with these edits made, and the places of the carets in them.
fn spoilt(edits: &[Edit]) -> (TempDir, Vec<String>) {
    let mut files: BTreeMap<&str, String> = GOOD.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
    for (path, old, new) in edits {
        let file = files.entry(path).or_default();
        assert!(old.is_empty() || file.matches(old).count() == 1, "`{old}` must stand once in {path}");
        *file = if old.is_empty() { (*new).to_owned() } else { file.replace(old, new) };
    }
    let places = files.iter_mut().flat_map(|(path, text)| carets(path, text)).collect();
    (folder(files.iter().map(|(path, text)| (*path, text.as_bytes()))), places)
}

fn good() -> TempDir {
    spoilt(&[]).0
}

/// The places of the carets of a text, which are taken out of it.
fn carets(path: &str, text: &mut String) -> Vec<String> {
    let mut places = Vec::new();
    while let Some(at) = text.find(CARET) {
        let line = text[..at].matches('\n').count() + 1;
        let column = text[..at].chars().rev().take_while(|c| *c != '\n').count() + 1;
        places.push(format!("{path}:{line}:{column}"));
        text.remove(at);
    }
    places
}

/// Exit code 2, nothing on standard output, something on standard error.
fn refused(outcome: &Outcome) -> bool {
    outcome.code == Some(2) && outcome.stdout.is_empty() && outcome.stderr.starts_with("error")
}

/// The code and place of every diagnostic.
fn diagnostics(stderr: &str) -> Vec<(String, Option<String>)> {
    let head = Regex::new(r"(?m)^error\[([a-z-]+)\]: [^\n]*(?:\n +--> ([^\n]+))?").expect("a pattern");
    let found = head.captures_iter(stderr);
    found.map(|found| (found[1].to_owned(), found.get(2).map(|place| place.as_str().to_owned()))).collect()
}

#[test]
fn in_contract() {
    provoke(IN_CONTRACT);
}

#[test]
fn in_requirements() {
    provoke(IN_REQUIREMENTS);
}

#[test]
fn in_personas() {
    provoke(IN_PERSONAS);
}

#[test]
fn in_schemas() {
    provoke(IN_SCHEMAS);
}

#[test]
fn in_suites() {
    provoke(IN_SUITES);
    provoke(IN_SNAPSHOTS);
}

#[test]
fn in_matrices() {
    provoke(IN_MATRICES);
}

#[test]
fn in_yaml() {
    provoke(IN_YAML);
}

#[test]
fn in_folders() {
    provoke(IN_FOLDERS);
}

#[test]
fn what_cannot_be_read() {
    let nested = |open: &str| open.repeat(10_000);
    let bomb = (b'b'..=b'k').fold("a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, letter| {
        let (now, before) = (char::from(letter), char::from(letter - 1));
        let ten = vec![format!("*{before}"); 10].join(", ");
        text + &format!("{now}: &{now} [{ten}]\n")
    });
    let long = vec![b'#'; (16 << 20) + 1];
    for (what, path, content, code) in [
        ("a list 10,000 deep", WORLD, nested("[").as_bytes(), TooLarge),
        ("a mapping 10,000 deep", WORLD, nested("{a: ").as_bytes(), TooLarge),
        ("items 10,000 deep", WORLD, nested("- ").as_bytes(), TooLarge),
        ("a schema 10,000 deep", SCHEMA, nested("{\"not\": ").as_bytes(), InvalidSchema),
        ("aliases that grow without end", WORLD, bomb.as_bytes(), TooLarge),
        ("more than 16 MiB", WORLD, &long, TooLarge),
        ("Latin-1", WORLD, b"a: caf\xe9\n", UnreadableFile),
        ("UTF-16", WORLD, b"\xff\xfea\0:\0 \x001\0", UnreadableFile),
    ] {
        let contract = good();
        fs::write(contract.path().join(path), content).expect("a file can be written");
        let outcome = probity(contract.path(), &["lint", "."]);
        let found = diagnostics(&outcome.stderr);
        let right = refused(&outcome) && found.first().is_some_and(|(slug, _)| slug == code.slug());
        assert!(right, "{what}: {}", outcome.stderr.chars().take(2000).collect::<String>());
        assert!(outcome.stderr.contains(path), "{what}: {}", outcome.stderr);
        assert!(outcome.stderr.len() < 4000, "{what}: {} bytes", outcome.stderr.len());
    }
}

#[cfg(unix)]
#[test]
fn a_link_into_nothing_is_not_passed_over() {
    let contract = good();
    std::os::unix::fs::symlink("nowhere.yaml", contract.path().join("suites/link.yaml")).expect("a link");
    let outcome = probity(contract.path(), &["lint", "."]);
    assert!(refused(&outcome) && outcome.stderr.contains("link.yaml can't be read"), "{}", outcome.stderr);
}

/// A mistake on the command line or in a target file: the arguments, and what standard error says.
type Misuse<'e> = (&'e [&'e str], &'e str);

const ON_THE_COMMAND_LINE: &[Misuse] = &[
    (&["rnu"], "did you mean `probity run`?"),
    (&["run", ".", "--traget", "x"], "a similar argument exists: '--target'"),
    (&["run", "nowhere", "--target", "http://127.0.0.1:9"], "error[unreadable-file]: nowhere doesn't exist"),
    (&["lint", WORLD], "error[unreadable-file]: world.yaml is not a folder"),
    (&["lint", "schemas"], "error[missing-key]: there is no contract.yaml"),
    (&["run", "."], "error[invalid-target]: the reference server speaks the shipped contract only"),
    (&["run", ".", "--target", "127.0.0.1:9"], "error[invalid-target]: `127.0.0.1:9` has no scheme"),
    (&["run", ".", "--target", "localhost"], "did you mean `http://localhost`?"),
    (&["run", ".", "--target", ""], "error[invalid-target]: `` has no scheme"),
    (&["run", ".", "--target", "ftp://h"], "error[invalid-target]: `ftp://h` is neither http nor https"),
    (&["run", ".", "--target", "http://"], "error[invalid-target]: `http://` is no URL"),
    (&["run", ".", "--target", "http://h:99999"], "error[invalid-target]: `http://h:99999` is no URL"),
    (&["run", ".", "--target", "http://h/?a=b"], "error[invalid-target]: `http://h/?a=b` has a query"),
    (&["run", ".", "--target", "nowhere.yaml"], "there is no such file either"),
    (&["run", ".", "--target", "http://h", "--only", "tea/lits"], "error[unmatched-filter]: `--only tea/lits`"),
    (&["run", ".", "--target", "http://h", "--skip", "coffee"], "error[unmatched-filter]: `--skip coffee`"),
    (&["list", ".", "--only", "tea/lits"], "did you mean `tea/list`?"),
    (&["run", ".", "--target", "http://h", "--report", "htlm=a"], "there is no format `htlm`; did you mean `html`?"),
    (&["run", ".", "--target", "http://h", "--report", "json"], "write json=PATH, or json=- for standard output"),
    (&["run", ".", "--target", "http://h", "--report", "json=nowhere/a.json"], "nowhere/a.json can't be written"),
    (&["run", ".", "--target", "http://h", "--jobs", "0"], "0 is not in 1..=4096"),
    (&["run", ".", "--target", "http://h", "--timeout", "0"], "a number of seconds above 0"),
    (&["run", ".", "--target", "http://h", "--timeout", "NaN"], "a number of seconds above 0"),
    (&["run", ".", "--target", "http://h", "--color", "pink"], "invalid value 'pink'"),
    (&["lint", ".", "--documents", "."], "error[missing-document]: tea 1.0.0 declares no documents to compare"),
    (&["run", ".", "--target", "http://h", "--shard", "3/2"], "there is no part 3 of 2"),
    (&["merge"], "the following required arguments were not provided"),
    (&["judge"], "the following required arguments were not provided"),
    (
        &["run", ".", "--target", "http://h", "--waivers", "none.yaml"],
        "error[unreadable-file]: none.yaml can't be read",
    ),
    (&["run", ".", "--target", "http://h", "--update-waivers"], "there are no waivers to update"),
    (&["run", ".", "--target", "http://h", "--update-waivers", "--watch"], "cannot be used with"),
    (&["explain", "unknown-kye"], "nothing is called `unknown-kye`; did you mean `unknown-key`?"),
    (&["schema", "siute"], "a similar value exists: 'suite'"),
    (&["serve", "--addr", "here"], "invalid value 'here'"),
];

#[test]
fn on_the_command_line() {
    let contract = good();
    for (arguments, said) in ON_THE_COMMAND_LINE {
        let outcome = probity(contract.path(), arguments);
        assert!(refused(&outcome) && outcome.stderr.contains(said), "{arguments:?}\n{outcome:#?}");
    }
}

/// A mistake in a target file, and the diagnostics that it makes.
type Mistarget<'e> = (&'e str, &'e [Code]);

const IN_TARGETS: &[Mistarget] = &[
    ("§url: http://h\n", &[MissingKey]),
    ("§target: a\n", &[MissingKey]),
    ("target: a\nurl: §h:80\n", &[InvalidTarget]),
    ("target: a\nurl: http://h\n§uri: http://h\n", &[UnknownKey]),
    ("target: a\nservices: {shop: http://h, §shpo: http://h}\n", &[UnknownService]),
    ("target: a\nurl: http://h\ncapabilities: {§samowar: true}\n", &[UnknownCapability]),
    ("target: a\nurl: http://h\nprofile: §all\n", &[UnknownCapability]),
    ("target: a\nurl: http://h\ncapabilities: {samovar: §1}\n", &[WrongType]),
    ("target: a\nurl: http://h\npersonas: {§anne: {token: a}}\n", &[UnknownPersona]),
    ("target: a\nurl: http://h\npersonas: {ann: {token: {env: §NO_SUCH_VARIABLE}}}\n", &[MissingSecret]),
    ("target: a\nurl: http://h\nsetup: [§{request: {method: GET, url: http://h}, command: [a]}]\n", &[InvalidValue]),
    ("target: a\nurl: http://h\nsetup: [{command: §[]}]\n", &[InvalidValue]),
    ("target: a\nurl: http://h\nsetup: [{request: {method: GET, url: §h}}]\n", &[InvalidTarget]),
    ("target: a\nurl: http://h\nsetup: [{request: {method: §G T, url: http://h}}]\n", &[InvalidValue]),
    (
        "target: a\nurl: http://h\nsetup: [{request: {method: GET, url: http://h, headers: {§a b: c}}}]\n",
        &[InvalidValue],
    ),
    ("target: a\nurl: http://h\n§url: http://h\n", &[DuplicateKey]),
    ("target: a\nurl: http://h\nversion: §[1]\n", &[WrongType]),
    ("target: a\nurl: http://h\nwaivers: §nowhere.yaml\n", &[UnreadableFile]),
    ("target: a\nurl: http://h\nwaivers: §''\n", &[InvalidValue]),
];

#[test]
fn in_targets() {
    let contract = good();
    let mut faults = Vec::new();
    for (text, codes) in IN_TARGETS {
        let mut text = (*text).to_owned();
        let places = carets("target.yaml", &mut text);
        fs::write(contract.path().join("target.yaml"), &text).expect("a file can be written");
        let expected: Vec<_> =
            codes.iter().zip(places).map(|(code, place)| (code.slug().to_owned(), Some(place))).collect();
        let outcome = probity(contract.path(), &["run", ".", "--target", "target.yaml"]);
        if !refused(&outcome) || diagnostics(&outcome.stderr) != expected {
            faults.push(format!("{text}expected {expected:?}\n{}{}", outcome.stdout, outcome.stderr));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What a waiver has, but for what a mistake takes away or adds.
const WAIVER: &str = "trials: a, finding: 0a1b2c3d, reason: b, owner: c, expires: 2027-01-31";

/// Mistakes in files of waivers; `WAIVER` stands for the members of a good one.
const IN_WAIVERS: &[Mistarget] = &[
    ("§[]\n", &[WrongType]),
    ("§§waiver: []\n", &[MissingKey, UnknownKey]),
    ("waivers: §{}\n", &[WrongType]),
    ("waivers:\n  - {WAIVER, §raeson: d}\n", &[UnknownKey]),
    ("waivers:\n  - §{finding: 0a1b2c3d, reason: b, owner: c, expires: 2027-01-31}\n", &[MissingKey]),
    ("waivers:\n  - {trials: a, finding: §0a1b, reason: b, owner: c, expires: 2027-01-31}\n", &[InvalidValue]),
    ("waivers:\n  - {trials: a, finding: §0A1B2C3D, reason: b, owner: c, expires: 2027-01-31}\n", &[InvalidValue]),
    ("waivers:\n  - {trials: a, finding: 0a1b2c3d, reason: §' ', owner: c, expires: 2027-01-31}\n", &[InvalidValue]),
    ("waivers:\n  - {trials: a, finding: 0a1b2c3d, reason: b, owner: §[c], expires: 2027-01-31}\n", &[WrongType]),
    ("waivers:\n  - §{trials: a, finding: 0a1b2c3d, reason: b, expires: 2027-01-31}\n", &[MissingKey]),
    ("waivers:\n  - {trials: a, finding: 0a1b2c3d, reason: b, owner: c, expires: §31.01.2027}\n", &[InvalidValue]),
    ("waivers:\n  - {trials: a, finding: 0a1b2c3d, reason: b, owner: c, expires: §2027-02-30}\n", &[InvalidValue]),
    ("waivers:\n  - {trials: a, finding: 0a1b2c3d, reason: b, owner: c, expires: §20270131}\n", &[InvalidValue]),
    ("waivers:\n  - {WAIVER, kind: §dispute}\n", &[InvalidValue]),
    ("waivers:\n  - §{WAIVER, kind: disputed}\n", &[MissingKey]),
    ("waivers:\n  - {WAIVER, link: §page 4}\n", &[InvalidValue]),
    ("waivers:\n  - {trials: §[], finding: 0a1b2c3d, reason: b, owner: c, expires: 2027-01-31}\n", &[InvalidValue]),
    ("waivers:\n  - {trials: [a, §[b]], finding: 0a1b2c3d, reason: b, owner: c, expires: 2027-01-31}\n", &[WrongType]),
    ("waivers:\n  - {WAIVER, covers: §0}\n", &[InvalidValue]),
    ("waivers:\n  - {WAIVER, covers: §many}\n", &[WrongType]),
    (
        "waivers:\n  - {WAIVER}\n  - {trials: §a, finding: 0a1b2c3d, reason: d, owner: e, expires: 2027-02-28}\n",
        &[DuplicateId],
    ),
    (
        "waivers:\n  - {WAIVER, covers: §0, link: §b}\n  - {trials: b, finding: 0a1b2c3d, reason: b, owner: c, expires: 2027-01-31, §links: b}\n",
        &[InvalidValue, InvalidValue, UnknownKey],
    ),
];

#[test]
fn in_waivers() {
    let contract = good();
    fs::write(contract.path().join("target.yaml"), "target: a\nurl: http://127.0.0.1:9\n").expect("a file");
    let mut faults = Vec::new();
    for (text, codes) in IN_WAIVERS {
        let mut text = text.replace("WAIVER", WAIVER);
        let places = carets("waivers.yaml", &mut text);
        fs::write(contract.path().join("waivers.yaml"), &text).expect("a file can be written");
        let mut expected: Vec<_> =
            codes.iter().zip(places).map(|(code, place)| (code.slug().to_owned(), Some(place))).collect();
        // It is read by itself, since it stands beside the target file, and when it is named.
        for arguments in [["--target", "target.yaml"], ["--waivers", "waivers.yaml"]] {
            let target = ["--target", "http://127.0.0.1:9"];
            let target = if arguments[0] == "--target" { &[][..] } else { &target[..] };
            let outcome = probity(contract.path(), &[&["run", "."], target, &arguments].concat());
            let mut found = diagnostics(&outcome.stderr);
            found.sort();
            expected.sort();
            if !refused(&outcome) || found != expected {
                faults.push(format!("{text}expected {expected:?}\n{}{}", outcome.stdout, outcome.stderr));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_mistake_is_reported_at_once() {
    let edits = [
        (CONTRACT, "secrets", "secret"),
        (REQUIREMENTS, "TEA-LOG, level: must", "TEA-LOG, level: msut"),
        (PERSONAS, "'{{bob.token}}'", "'{{bob.token'"),
        (WORLD, "Lapsang", "18446744073709551616"),
        (SCHEMA, "required", "requierd"),
        (SUITE, "service: shop", "service: shpo"),
        (SUITE, "{status: 200, schema: tea}", "{status: 2000, shema: tea}"),
        (SUITE, "[TEA-NOTE]", "[TEA-NOET]"),
        (SUITE, "{reader: bob, sees", "{raeder: bob, sees"),
    ];
    let (contract, _) = spoilt(&edits);
    let outcome = probity(contract.path(), &["lint", "."]);
    assert!(refused(&outcome));
    insta::assert_snapshot!(outcome.stderr);
}

#[test]
fn every_code_is_provoked_by_something() {
    let in_contracts = TABLES.iter().copied().flatten().flat_map(|(_, _, codes)| *codes);
    let mut provoked: Vec<Code> =
        in_contracts.chain(IN_TARGETS.iter().flat_map(|(_, codes)| *codes)).copied().collect();
    let on_the_command_line = |code: &Code| ON_THE_COMMAND_LINE.iter().any(|(_, said)| said.contains(code.slug()));
    provoked.extend(Code::ALL.iter().filter(|code| on_the_command_line(code)));
    // `tests/judge.rs` changes documents.
    provoked.push(ChangedDocument);
    // `tests/accepted.rs` damages files of accepted answers.
    provoked.push(DamagedSnapshot);
    let dead: Vec<_> = Code::ALL.iter().filter(|code| !provoked.contains(code)).map(|code| code.slug()).collect();
    assert!(dead.is_empty(), "nothing makes {}", dead.join(", "));
}

#[test]
fn the_contract_that_is_spoilt_here_is_good() {
    let outcome = probity(good().path(), &["lint", "."]);
    assert_eq!(outcome.stderr, "");
    assert_eq!(outcome.stdout, "tea 1.0.0: 4 requirements (1 of them not tested), 1 suites, 4 trials, no problem\n");
}
