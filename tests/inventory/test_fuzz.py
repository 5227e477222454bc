"""Any bytes at all in, an estate or problems with places out: never an exception."""

from __future__ import annotations

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.inventory.small import loaded
from tests.inventory.test_load import TEXT

QUICK = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
KEYS = (
    "estate sites suppliers institutions programmes contributors evidence waivers calendar policy id name kind rooms"
    " room batteries systems grade endpoints data copies failover needs at any all k of sum at-least checks grades"
    " limits backup.age factor check on from to allow power location latitude owner url password env rto size @ <<"
).split()
WORDS = st.sampled_from(
    (*KEYS, "", "~", "1", "-1", "1e999", "nan", "2h", "2 TB", "2026-01-01", "a/b", "http", "restic")
)
TREES = st.recursive(
    st.none() | WORDS | st.text(max_size=8) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=5),
    max_leaves=30,
)


def holds(data: bytes) -> None:
    found = loaded(data)
    assert (found.estate is None) == bool(found.problems)
    for problem in found.problems:
        assert problem.place.line > 0
        assert problem.place.column > 0
        assert str(problem.says)
        assert str(problem.hint)
        assert "\n" not in str(problem)


@QUICK
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b"? ")
@example(b"!<")
@example(b"%YAML 99.1\n---\n")
def test_bytes(data: bytes) -> None:
    holds(data)


@QUICK
@given(st.text(alphabet="abe:-[]{}&*!|>'\"%@`#,? \n\t\\0~<=\u2028\ufeff한", max_size=60))
def test_signs_of_yaml(text: str) -> None:
    holds(text.encode())


@QUICK
@given(st.dictionaries(st.sampled_from(KEYS[:10]), TREES, max_size=4))
def test_trees(tree: object) -> None:
    holds(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass"))


@QUICK
@given(st.data())
def test_a_good_inventory_with_some_of_it_changed(data: st.DataObject) -> None:
    lines = TEXT.splitlines(keepends=True)
    number = data.draw(st.integers(0, len(lines) - 1))
    line = lines[number]
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    lines[number] = line[:start] + data.draw(WORDS | st.text(max_size=5)) + line[end:]
    holds("".join(lines).encode("utf-8", "surrogatepass"))
