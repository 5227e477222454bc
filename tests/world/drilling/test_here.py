"""Hosts in, those that are this machine out."""

from __future__ import annotations

import pytest

from audit.world.drilling.here import answering_here


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "http://127.0.0.1:8080/x"])
def test_this_machine(host: str) -> None:
    assert answering_here(["192.0.2.1", host])


@pytest.mark.parametrize("host", ["192.0.2.1", "http://198.51.100.7/", "2001:db8::1", "a host that is none", "x" * 300])
def test_another_one(host: str) -> None:
    assert answering_here([host]) == ""
