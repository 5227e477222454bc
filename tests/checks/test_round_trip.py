"""Handshakes to the round trip that is believed of them."""

from __future__ import annotations

from datetime import timedelta

import anyio
import pytest

from audit.contract import CannotSee
from audit.model.facts import Sample, ServiceState
from audit.world.scene import scene
from checks.backup.round_trip import round_trip


def trip(*samples: Sample) -> timedelta:
    return anyio.run(round_trip, scene(tcp={"a.example:443": ServiceState(samples=samples)}), "a.example", 443)


def test_of_several_addresses_the_farthest_counts() -> None:
    near = Sample(address="10.0.0.1", phases={"connect": 0.0003, "total": 0.1})
    far = Sample(address="10.0.0.2", phases={"connect": 0.004})
    assert trip(near) == timedelta(microseconds=300)
    assert trip(near, far) == timedelta(milliseconds=4)


def test_a_handshake_that_failed_is_no_distance() -> None:
    with pytest.raises(CannotSee):
        trip(Sample(address="10.0.0.1", failure="refused", phases={"connect": 0.0001}))
