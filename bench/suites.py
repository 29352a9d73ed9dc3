#!/usr/bin/env python3
"""Writes the contracts, and the same cases for Hurl, that the benchmarks run: suites.py FOLDER.

distinct-N      N cases of their own
rows-N          one case with N rows
large-N         N cases with bodies of 1 MiB
"""

import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).parent
A_FILE = 500


def contract(folder: pathlib.Path) -> pathlib.Path:
    (folder / "suites").mkdir(parents=True, exist_ok=True)
    (folder / "schemas").mkdir(exist_ok=True)
    (folder / "contract.yaml").write_text("contract: items\nversion: 1.0.0\nservices: {shop: }\n")
    (folder / "requirements.yaml").write_text(
        "- {id: ITEM, level: must, source: {document: items.md, section: Items}, says: an item is a record}\n"
    )
    shutil.copy(HERE / "item.schema.json", folder / "schemas/item.json")
    return folder


def distinct(root: pathlib.Path, count: int, path: str = "item", name: str = "distinct") -> None:
    folder = contract(root / f"{name}-{count}")
    hurl = root / "hurl" / f"{name}-{count}"
    hurl.mkdir(parents=True, exist_ok=True)
    for first in range(0, count, A_FILE):
        part = first // A_FILE
        cases, entries = [], []
        for at in range(first, min(count, first + A_FILE)):
            number = at if path == "item" else 1
            cases.append(
                f"  - case: item-{at}\n    title: Item {at} is a record\n    requirements: [ITEM]\n"
                f"    request: GET /{path}/{at}\n    expect:\n      status: 200\n"
                "      headers: {content-type: application/json}\n      schema: item\n"
                f"      body:\n        - {{at: $.id, equals: {number}}}\n"
            )
            entries.append(
                f"GET {{{{base}}}}/{path}/{at}\nHTTP 200\n[Asserts]\nheader \"content-type\" == \"application/json\"\n"
                f"jsonpath \"$.id\" == {number}\njsonpath \"$.name\" isString\njsonpath \"$.price\" isNumber\n"
                "jsonpath \"$.tags\" isCollection\njsonpath \"$.stock.here\" isInteger\njsonpath \"$.open\" isBoolean\n"
            )
        (folder / "suites" / f"items-{part}.yaml").write_text(
            f"suite: items-{part}\nservice: shop\ncases:\n" + "".join(cases)
        )
        (hurl / f"items-{part}.hurl").write_text("\n".join(entries))


def rows(root: pathlib.Path, count: int) -> None:
    folder = contract(root / f"rows-{count}")
    each = "".join(f"      - {{name: item-{at}, id: {at}}}\n" for at in range(count))
    (folder / "suites" / "items.yaml").write_text(
        f"suite: items\nservice: shop\ncases:\n  - case: item\n    requirements: [ITEM]\n    each:\n{each}"
        "    request: GET /item/{{id}}\n    expect:\n      status: 200\n"
        "      headers: {content-type: application/json}\n      schema: item\n"
        '      body:\n        - {at: $.id, equals: "{{id}}"}\n'
    )


def main() -> None:
    root = pathlib.Path(sys.argv[1])
    for count in (1, 1_000, 5_000, 10_000, 17_000):
        distinct(root, count)
    for count in (1_000, 10_000, 50_000, 100_000):
        rows(root, count)
    distinct(root, 500, "large", "large")


main()
