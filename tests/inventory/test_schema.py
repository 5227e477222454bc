"""The schema for editors with inventories as an editor reads them in, agreement with the loader out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from audit.catalogue import discover
from audit.inventory.load import load_sources
from audit.inventory.schema import inventory_schema
from audit.inventory.start import example
from audit.model.estate import Sheet
from audit.model.watching import Watch
from tests.house.test_house import ROOT
from tests.inventory.small import WORDS, loaded
from tests.inventory.test_load import TEXT
from tests.inventory.test_problems import CORPUS

ESTATES = sorted(path for path in (ROOT / "inventories").rglob("*.yaml") if ".venv" not in path.parts)
BEYOND = re.compile(
    r"nothing is called|contributes|needs itself|stands twice|can never be up|in a circle|is there twice|is also"
    r"|may mean|is before|also approved it|time zone|an address or a network|a date that exists|infinite"
    r"|is (?:an|a) .*; expected|a value such as|got 'no'|got '1e999|got nothing; expected an id|duration"
    r"|or more$|expected `secret`|expected no more"
)
"""What a schema cannot know, or what an editor's own YAML reader already made something else of."""


class Editor(yaml.SafeLoader):
    """Reads as editors do: YAML 1.2, where only true and false are flags, and a day is a text."""


Editor.yaml_implicit_resolvers = {}
Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), list("tf"))
Editor.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)\Z"), ["~", "n", ""])
Editor.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+\Z"), list("-+0123456789"))
Editor.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z"), list("-+0123456789")
)


def edited(text: str) -> Any:
    """The tree that an editor sees; its keys are texts, as in JSON."""
    return keyed(yaml.load(text, Editor))  # noqa: S506 - built on the safe loader


def keyed(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {str(key): keyed(value) for key, value in tree.items()}
    return [keyed(one) for one in tree] if isinstance(tree, list) else tree


@cache
def real() -> Draft202012Validator:
    return Draft202012Validator(inventory_schema(discover()))


@cache
def small() -> Draft202012Validator:
    return Draft202012Validator(inventory_schema(WORDS))


def complaints(validator: Draft202012Validator, text: str) -> list[str]:
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in validator.iter_errors(edited(text))]


def test_it_is_a_schema_of_the_dialect_that_it_names() -> None:
    for validator in (real(), small()):
        Draft202012Validator.check_schema(validator.schema)
    assert inventory_schema(WORDS)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_reference_leads_somewhere() -> None:
    schema = inventory_schema(discover())
    named = {one.removeprefix("#/$defs/") for one in references(schema)}
    assert named <= set(schema["$defs"])


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from references(one)


def test_there_are_estates_to_test_with() -> None:
    assert {path.parent.name for path in ESTATES} >= {"inventories", "demo"}


@pytest.mark.parametrize("path", ESTATES, ids=lambda path: path.name)
def test_shipped_inventories_are_valid(path: Any) -> None:
    assert complaints(real(), path.read_text("utf-8")) == []


def test_a_good_inventory_is_valid() -> None:
    assert complaints(small(), TEXT) == []
    assert complaints(small(), "") == []
    assert complaints(small(), "sites:\ncalendar:\n") == []
    assert complaints(small(), "suppliers: [{id: 2026, name: 119}, {id: 한국}]\n") == []
    assert complaints(small(), "sites: [{id: d, rooms: [{id: r, fire-rating: 0}]}]\n") == []


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case[1][:50])
def test_what_the_loader_refuses_by_form_is_refused_here_too(case: tuple[str, ...]) -> None:
    text, *lines = case
    if all(BEYOND.search(line) for line in lines):
        assert loaded(text).estate is None
    else:
        assert complaints(small(), text)


def test_the_corpus_holds_enough_that_a_schema_can_refuse() -> None:
    refused = [case for case in CORPUS if complaints(small(), case[0])]
    assert len(refused) > len(CORPUS) / 2


def test_keys_are_explained() -> None:
    definitions = inventory_schema(WORDS)["$defs"]
    assert definitions["Web"]["properties"]["kind"] == {"const": "http"}
    assert definitions["Web"]["properties"]["password"]["description"] == "What opens it."
    assert definitions["Web"]["properties"]["timeout"]["default"] == "5s"
    assert "http: A page." in definitions["Endpoint"]["properties"]["kind"]["description"]
    assert definitions["Web"]["properties"]["at"]["description"].startswith("Where the answering machine stands")
    assert definitions["Waiver"]["properties"]["check"]["enum"] == ["backup.age", "backup.offsite"]


def beyond(watch: Watch) -> tuple[object, ...]:
    """What leads out of the inventory."""
    return watch.alerts, watch.references, watch.heartbeat, watch.samples, watch.reports, watch.vantages, watch.audits


def test_the_example_shows_every_key_and_is_right() -> None:
    tree = edited(example())
    assert set(tree) == {field.alias for field in Sheet.model_fields.values()} - {"@"}
    found = load_sources({"estate.yaml": example().encode()}, discover(), ROOT)
    assert found.lines() == ()
    assert found.estate is not None
    # Nothing is touched before somebody writes addresses of his own.
    assert found.estate.about.allow == ()
    # A watch reaches nothing beyond it either: no file, no port, no channel that only somebody else has.
    assert not any(beyond(found.estate.watch))


def test_what_the_example_comments_out_is_right_too() -> None:
    freed, keys = re.subn(r"^  #(?=[a-z]+:|  )", "  ", example(), flags=re.MULTILINE)
    assert keys >= 10
    found = load_sources({"estate.yaml": freed.encode()}, discover(), ROOT)
    assert found.lines() == ()
    assert found.estate is not None
    assert all(beyond(found.estate.watch))
