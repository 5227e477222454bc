"""Bytes in, a tree that knows its spots or the exact complaint about their form out."""

from __future__ import annotations

import tracemalloc

import pytest

from audit.inventory.read import MOST_SIGNS, read
from audit.inventory.text import MOST_BYTES, MOST_PROBLEMS
from audit.inventory.tree import Branch, Row, elements, place_of, shown

FLAT = "write it flatter"
INDENT = "this line does not fit those above; indent it as its neighbours are indented"
NO_KEYS = "the file holds no keys; start it with a key such as 'institutions:'"
TAKE_OUT = "tags have no meaning here: take it out"

CORPUS: tuple[tuple[bytes, tuple[str, ...]], ...] = (
    (b"", ()),
    (b"# nothing\n", ()),
    (b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", ()),
    (b"%YAML 1.2\n---\na: 1\n...\n", ()),
    (b"a: 1\nb: 2\na: 3\n", ("3:1: 'a' is written twice; keep one of them; the first is on line 1",)),
    (b"a:\n  <<: {b: 1}\n", ("2:3: merge keys ('<<') are not read; write the merged keys out",)),
    (b"'@': 1\n", ("1:1: unknown key '@'; take it out",)),
    (b"{'': 1}\n", ("1:2: a key is empty; write the name of the key before the ':'",)),
    (b"a: {[b]: 1}\n", ("1:5: a list or mapping stands as a key; a key is one word followed by ':'",)),
    (b"a: &x 1\n*x : 2\n", ("2:1: an alias stands as a key; write the key out",)),
    (b"&x a: 1\n", ("1:1: an anchor stands before a key; put it before the value",)),
    (b"a: !!str b\nc: !d [1]\n", (f"1:4: the tag 'tag:yaml.org,2002:str' stands here; {TAKE_OUT}",
                                  f"2:4: the tag '!d' stands here; {TAKE_OUT}")),
    (b"a: !!python/object/apply:os.system ['true']\n",
     (f"1:4: the tag 'tag:yaml.org,2002:python/object/apply:os.system' stands here; {TAKE_OUT}",)),
    (b"%TAG ! x:\n---\na: 1\n", ("1:1: a tag is declared here; tags have no meaning here: take the line out",)),
    (b"a: 1\n---\nb: 2\n", ("2:1: a second document starts here; one file holds one document: take '---' out",)),
    (b"- a\n", (f"1:1: {NO_KEYS}",)),
    (b"words\n", (f"1:1: {NO_KEYS}",)),
    (b"a:\n\tb: 1\n", ("2:1: a tab stands where only spaces may; indent with spaces",)),
    (b"a: b\n\tc: d\n", ("2:1: a tab stands where only spaces may; indent with spaces",)),
    (b"a: @b\n", ("1:4: '@' cannot start a value; put the value in quotes",)),
    (b"a: b: c\n", ("1:5: a ':' stands where none may; put the text in quotes, or mend the indentation",)),
    (b"a:\n  - b\n c: 1\n", (f"3:2: {INDENT}",)),
    (b"a: 'b\n", ("2:1: a text in quotes has no end; write the closing quote",)),
    (b'a: "\\q"\n', ("1:5: '\\' starts a sign that YAML does not know; use '...' instead of \"...\"",)),
    (b"a: [b, c\n", ("2:1: a list in [ ] has no end; write ',' between its parts and ']' after them",)),
    (b"a: {b: c\n", ("2:1: a mapping in { } has no end; write ',' between its keys and '}' after them",)),
    (b"a: ]\n", ("1:4: a value should stand here; write one, or put the sign in quotes",)),
    (b"a: - b\n", ("1:4: a list starts where none may; put the list on lines of its own",)),
    (b"a: *b\n", ("1:4: nothing before this alias is called 'b'; write '&' with that name first",)),
    (b"a: &b [*b]\n", ("1:8: the alias 'b' stands inside what it names; write the value out",)),
    (b"\xff\xfea\x00", ("1:1: the file is written in UTF-16; save it as UTF-8",)),
    ("a: 1\nb: ä\n".encode("latin-1"), ("2:4: the byte 0xe4 is not UTF-8; save the file as UTF-8",)),
    (b"a: 1\nb: \0\n", ("2:4: the invisible sign U+0000 stands here; take it out, or write it in quotes",)),
    (b"a: \x1b[31m\n", ("1:4: the invisible sign U+001B stands here; take it out, or write it in quotes",)),
    ("a: x\u2028y\n".encode(), ("1:5: the invisible sign U+2028 stands here; take it out, or write it in quotes",)),
    (b'a: "\\0"\n', ("1:4: the text holds a sign that no text may hold; take the escaped sign out",)),
    (b"a: " + b"x" * (MOST_SIGNS + 1), ("1:4: a text has 4,001 signs; expected at most 4,000",)),
    (b" " * (MOST_BYTES + 1), ("1:1: the file has more than 8 MB; split it into several files",)),
    (b"{" + b",".join(b"k%d: 1" % number for number in range(1001)) + b"}",
     ("1:7892: a mapping has more than 1,000 keys; take out what does not belong here",)),
)  # fmt: skip

BOMBS = (
    (b"[" * 1_000_000, f"1:65: more than 64 levels stand inside each other; {FLAT}"),
    (b"- " * 1_000_000, f"1:129: more than 64 levels stand inside each other; {FLAT}"),
    (b"{" * 1_000_000, "1:2: a list or mapping stands as a key; a key is one word followed by ':'"),
    (
        b"a: &a0 [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"b%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)),
        "7:18: aliases grow the file to more than 2,000,000 parts; write the values out",
    ),
    (b"a: [&x y" + b", *x" * 101 + b"]", "1:411: the file has more than 100 aliases; write the values out"),
    (
        b"".join(b"b%d: &a%d [%s]\n" % (n, n, b"*a%d" % (n - 1) if n else b"x") for n in range(90)),
        f"64:12: more than 64 levels stand inside each other; {FLAT}",
    ),
)


def lines(data: bytes) -> tuple[str, ...]:
    page = read("f.yaml", data)
    return tuple(str(problem).removeprefix("f.yaml:") for problem in page.problems)


@pytest.mark.parametrize(("data", "expected"), CORPUS, ids=lambda value: value[:20] if isinstance(value, bytes) else "")
def test_each_fault_of_form_has_its_line(data: bytes, expected: tuple[str, ...]) -> None:
    assert lines(data) == expected


@pytest.mark.parametrize(("data", "expected"), BOMBS, ids=lambda value: value[:8] if isinstance(value, bytes) else "")
def test_a_bomb_is_refused_and_not_expanded(data: bytes, expected: str) -> None:
    tracemalloc.start()
    try:
        assert lines(data)[-1] == expected
        assert tracemalloc.get_traced_memory()[1] < 64_000_000
    finally:
        tracemalloc.stop()


def test_a_file_with_endless_faults_is_left() -> None:
    found = lines(b"a: [" + b"!b c," * 20_000 + b"]")
    assert len(found) == MOST_PROBLEMS + 1
    assert found[-1].endswith("too much is wrong in this file to read on; mend what is said before")


def test_scalars_stay_as_they_are_written() -> None:
    tree = read("f.yaml", b"a: 0123\nb: no\nc: 12:30\nd: 1.10\ne: ~\nf:\ng: ''\nh: '~'\ni: null\nj: 1_000\n").tree
    assert tree is not None
    del tree["@"]
    assert tree == {
        "a": "0123", "b": "no", "c": "12:30", "d": "1.10", "e": None, "f": None, "g": "", "h": "~", "i": "null",
        "j": "1_000",
    }  # fmt: skip


def test_every_part_knows_its_spot() -> None:
    tree = read("f.yaml", "한글: 값\nb:\n  - {c: 1, d: [x, y]}\n".encode()).tree
    assert tree is not None
    place = place_of(tree)
    assert (place.line, place.column) == (1, 1)
    assert place.keys == {"한글": (1, 5), "b": (3, 3)}
    row = tree["b"]
    assert isinstance(row, Row)
    inner = row[0]
    assert isinstance(inner, Branch)
    assert str(place_of(inner)) == "f.yaml:3:5"
    assert place_of(inner).keys == {"c": (3, 9), "d": (3, 15)}
    assert inner.spots == {"c": (3, 6), "d": (3, 12)}
    assert elements(inner, "d") == [("x", (3, 16)), ("y", (3, 19))]


def test_an_alias_is_a_value_of_its_own() -> None:
    tree = read("f.yaml", b"a: &x {b: [c]}\nd: *x\n").tree
    assert tree is not None
    assert tree["a"] is not tree["d"]
    assert tree["d"]["b"] == ["c"]
    assert str(place_of(tree["a"])) == "f.yaml:1:4"
    assert str(place_of(tree["d"])) == "f.yaml:2:4"


def test_what_is_shown_of_a_value_is_harmless() -> None:
    assert shown("a\x1b[31m\u202eb\nc") == "a\ufffd[31m\ufffdb c"
    assert shown("https://user:word@example.org/x") == "https://***@example.org/x"
    assert shown("x" * 61) == "x" * 57 + "..."
    assert shown("x" * 60) == "x" * 60
    assert len(shown("https://" + "a" * 500 + "@b")) == 60
