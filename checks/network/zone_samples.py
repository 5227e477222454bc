"""A zone with its servers to small estates and looks on which the examples of its rules stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.model.facts import Sample
from audit.model.naming import ZoneServer, ZoneState

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ON: Final = "kibo/guarantee/zone"
_SERVERS: Final = (
    "{name: ns1.kibo.example, host: 192.0.2.1, at: daejeon}, {name: ns2.kibo.example, host: 198.51.100.1, at: busan}"
)


def estate(rest: str = "") -> str:
    """A system of grade 1 with a zone; `rest` adds keys to it."""
    more = f", {rest}" if rest else ""
    return (
        "sites: [{id: daejeon}, {id: busan}]\n"
        "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1, endpoints: [{id: zone, kind: zone, "
        f"name: kibo.example, names: [www.kibo.example], servers: [{_SERVERS}]{more}}}]}}]}}]\n"
    )


def server(number: int = 1, **more: Any) -> ZoneServer:
    """One server, sound where nothing else is said."""
    known: dict[str, Any] = {
        "name": f"ns{number}.kibo.example", "address": "192.0.2.1" if number == 1 else "198.51.100.1", "port": 53,
        "serial": 7, "names": ("ns1.kibo.example", "ns2.kibo.example"), "answers": {"www.kibo.example": ("192.0.2.4",)},
    }  # fmt: skip
    return ZoneServer(**{**known, **more})


def seen(*servers: ZoneServer, **more: Any) -> ZoneState:
    """What a look saw: two sound servers where nothing else is said."""
    known: dict[str, Any] = {
        "samples": (Sample(address="192.0.2.1"), Sample(address="198.51.100.1")), "addresses": ("192.0.2.4",),
        "zone": "kibo.example", "primary": "ns1.kibo.example", "serial": 7, "soa_expire": timedelta(days=14),
        "signed": True, "signatures_end": AT + timedelta(days=9),
    }  # fmt: skip
    asked = servers or (server(1), server(2))
    return ZoneState(asked=asked, **{key: value for key, value in {**known, **more}.items() if value is not None})
