"""Manifests to names with values, two of them to what differs."""

from __future__ import annotations

import json

import pytest

from audit.contract import CannotSee, Reason
from checks.failover.mirror import manifest, parity


class TestManifest:
    def test_lines(self) -> None:
        text = b"# packages\nopenssl: 3.0.15\nnginx=1.22\n\nbash 5.2-2\nempty:\n"
        assert manifest(text, "m") == {"openssl": "3.0.15", "nginx": "1.22", "bash": "5.2-2", "empty": ""}

    def test_json_is_flattened(self) -> None:
        text = json.dumps({"os": {"kernel": "6.1", "cpus": 8}, "tags": ["a", "b"]}).encode()
        assert manifest(text, "m") == {"os.kernel": '"6.1"', "os.cpus": "8", "tags": '["a", "b"]'}

    @pytest.mark.parametrize("text", [b"", b"# nothing\n", b"{}", b"{", b"\xff\xfe", b"one\n", b"[" * 100_000])
    def test_what_is_none_is_unknown(self, text: bytes) -> None:
        with pytest.raises(CannotSee) as gap:
            manifest(text, "m")
        assert gap.value.reason is Reason.INCOMPLETE

    def test_deep_json_is_unknown(self) -> None:
        with pytest.raises(CannotSee):
            manifest(b'{"a":' * 100_000, "m")


class TestParity:
    def test_a_value_or_a_name_that_differs_counts(self) -> None:
        seen = parity({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "9", "d": "4"})
        assert (seen.items, seen.differing, seen.drift) == (4, 3, ("b", "c", "d"))

    def test_of_many_the_first_are_told(self) -> None:
        seen = parity({f"n{number}" * 60: "1" for number in range(1000)}, {})
        assert (seen.differing, len(seen.drift), len(seen.drift[0])) == (1000, 50, 120)
