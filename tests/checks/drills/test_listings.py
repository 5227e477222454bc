"""What restic, borg, rclone print of the files of a backup, and what is made of it; hostile forms are no list."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.contract import CannotSee, Output, Reason
from checks.backup.drills import borg, rclone, restic

NODE = {"type": "file", "path": "/srv/a", "size": 7}
ITEM = {"type": "-", "mode": "-rw-r--r--", "path": "srv/a", "size": 7, "healthy": True, "source": ""}


def lines(*entries: object) -> str:
    return "".join(json.dumps(entry) + "\n" for entry in entries)


def test_the_files_of_a_snapshot() -> None:
    text = lines(
        {"struct_type": "snapshot"},
        NODE,
        {**NODE, "type": "dir", "path": "/srv"},
        {"type": "file", "path": "/srv/empty"},
    )
    assert restic.files_of(text) == {"srv/a": 7, "srv/empty": 0}
    assert restic.files_of('{"type": "file", "path": "/a\x85\u2028b", "size": 3}\n') == {"a\x85\u2028b": 3}


@pytest.mark.parametrize("text", ["[]\n", "{\n", '{"a": 1}\nFatal\n', "[" * 100_000 + "\n"])
def test_what_is_no_list_of_restic(text: str) -> None:
    assert restic.files_of(text) is None


def test_a_path_is_a_pattern_for_itself_alone() -> None:
    assert restic.pattern("srv/[a]*?\\") == r"srv/\[a\]\*\?\\"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (Output(1, "", "Fatal: wrong password or no key found"), Reason.DENIED),
        (Output(-9, "", ""), Reason.INCOMPLETE),
        (Output(1, "", "write /scratch/x: no space left on device"), Reason.INCOMPLETE),
        (Output(1, "", "Fatal: unable to create lock: repository is already locked by PID 1"), Reason.INCOMPLETE),
        (Output(1, "", "dial tcp 192.0.2.1:8000: connect: connection refused"), Reason.UNREACHABLE),
    ],
)
def test_what_was_not_tried_is_no_failed_restore(output: Output, reason: Reason) -> None:
    with pytest.raises(CannotSee) as gap:
        restic.raise_where_it_was_not_tried(output)
    assert gap.value.reason is reason


def test_damage_is_a_failed_restore() -> None:
    restic.raise_where_it_was_not_tried(Output(1, "", "ignoring error for /srv/a: ciphertext verification failed"))


def test_the_files_of_an_archive() -> None:
    again = {**ITEM, "mode": "hrw-r--r--", "path": "srv/again", "size": 0, "source": "srv/a"}
    zeros = {**ITEM, "path": "srv/zeros", "healthy": False}
    found = borg.listed(lines({**ITEM, "type": "d", "path": "srv"}, ITEM, again, zeros))
    assert found is not None
    assert found.sizes == {"srv/a": 7, "srv/again": 7, "srv/zeros": 7}
    assert found.broken == {"srv/zeros"}


@pytest.mark.parametrize(
    "text", ["[]\n", "{\n", lines({"path": "a"}), lines({**ITEM, "size": -1}), lines({**ITEM, "size": True})]
)
def test_what_is_no_list_of_borg(text: str) -> None:
    assert borg.listed(text) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["path", "type", "size", "mode", "source", "Path", "Size"]), inner, max_size=5
            )
        ),
        max_leaves=8,
    )
)
def test_no_form_of_json_is_a_crash(value: object) -> None:
    text = lines(value)
    restic.files_of(text)
    borg.listed(text)
    try:
        rclone.sizes_of(text)
    except CannotSee as gap:
        assert gap.reason is Reason.INCOMPLETE  # noqa: PT017 - either of both is right


def test_the_sizes_that_rclone_tells() -> None:
    assert rclone.sizes_of('[{"Path": "a", "Size": 3}, {"Path": "b", "Size": -1}]') == {"a": 3, "b": 0}
