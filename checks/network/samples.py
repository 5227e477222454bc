"""A system with its endpoints, its failover to small estates on which the examples of the rules stand."""

from __future__ import annotations

from audit.model.facts import Certificate, Sample, ServiceState

SITES = """
sites:
  - {id: daejeon, location: {latitude: 36.35, longitude: 127.38}, operator: nirs, rooms: [{id: room-1}]}
  - {id: busan, location: {latitude: 35.18, longitude: 129.08}, operator: telecom, rooms: [{id: room-1}]}
  - {id: sejong, operator: nirs}
  - {id: cloud, operator: provider}
suppliers: [{id: nirs}, {id: telecom}, {id: provider}]
"""
URL = "https://guarantee.kibo.example/"
SYSTEM = "kibo/guarantee"
WEB = "kibo/guarantee/web"
THERE = "kibo/guarantee/there"
HERE = f'{{id: web, kind: http, url: "{URL}"}}'


def elsewhere(rest: str = "at: busan") -> str:
    """The same page at the other place."""
    return f'{{id: there, kind: http, url: "{URL}", address: 198.51.100.9, {rest}}}'


def portal(*endpoints: str, grade: int = 1, switch: str = "", more: str = "") -> str:
    """An estate with one system that has these endpoints, perhaps a failover."""
    listed, failover = ", ".join(endpoints), f", failover: [{switch}]" if switch else ""
    return (
        f"{SITES}institutions: [{{id: kibo, systems: [{{id: guarantee, grade: {grade}, at: [daejeon/room-1], "
        f"endpoints: [{listed}]{failover}}}]}}]\n{more}"
    )


HOT = "{id: to-busan, kind: declared, to: busan, mode: hot}"


def answered(address: str = "192.0.2.4", certificate: Certificate | None = None, **more: object) -> ServiceState:
    """A good answer of one address."""
    sample = {"address": address, "status": 200, "kind": "text/html", "certificate": certificate, **more}
    return ServiceState(samples=(Sample.model_validate(sample),))


def silent(address: str = "198.51.100.9") -> ServiceState:
    """No answer at all."""
    return ServiceState(samples=(Sample(address=address, failure="refused"),))
