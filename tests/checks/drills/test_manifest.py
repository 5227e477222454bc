"""Lines of checksums and restored files: what a manifest names, what of it is missing or another."""

from __future__ import annotations

import pytest

from checks.backup.checksums import listed
from checks.backup.drills.manifest import is_manifest, top

A, B = "a" * 64, "B" * 64


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"{A}  one\n{B} *two words\n", {"one": A, "two words": "b" * 64}),
        (f"SHA256 (deep/one) = {A}\r\n", {"deep/one": A}),
        (f"{A}  ./one\n", {"one": A}),
        (f"{A}  a\x0bb\u2028c\x85\n", {"a\x0bb\u2028c\x85": A}),
        (f"\\{A}  a\\nb\n", {"a\nb": A}),
        (f"{A}  ../outside\n{A}  /etc/passwd\n{A}  .\n", {}),
        (f"{A[:-1]}  short\n# note\n\n{A}\n", {}),
    ],
)
def test_a_list_of_checksums(text: str, named: dict[str, str]) -> None:
    assert listed(text) == named


def test_names_start_at_the_folder_of_the_manifest() -> None:
    assert listed(f"{A}  one\n{A}  ../two\n", "srv/data") == {"srv/data/one": A, "srv/two": A}
    assert listed(f"{A}  ../../two\n", "srv") == {}


def test_the_folder_that_all_files_are_below() -> None:
    assert top(["srv/a/one", "srv/b/two"]) == "srv"
    assert top(["srv/a/one", "srv/a/b/two"]) == "srv/a"
    assert top(["one", "srv/two"]) == ""
    assert top([]) == ""


def test_what_is_called_a_manifest() -> None:
    assert is_manifest("srv/SHA256SUMS")
    assert not is_manifest("srv/SHA256SUMS.gpg")
