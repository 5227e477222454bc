"""The addresses of a name with what was seen at each of them become the ruling on whether all of them answer."""

from __future__ import annotations

from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Looks,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.facts import NameState, Sample, ServiceState
from audit.model.technology import Endpoint

_ESTATE: Final = """
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        endpoints:
          - {id: web, kind: http, url: "https://guarantee.kibo.example/"}
          - {id: name, kind: dns, name: guarantee.kibo.example, server: 127.0.0.1, port: 5353}
"""
_ON: Final = "kibo/guarantee/name"
_WEB: Final = "kibo/guarantee/web"
_NAMED: Final = NameState(samples=(Sample(address="127.0.0.1"),), addresses=("192.0.2.4", "198.51.100.4"))
_BOTH: Final = ServiceState(samples=(Sample(address="192.0.2.4"), Sample(address="198.51.100.4")))
_ONE: Final = ServiceState(samples=(Sample(address="192.0.2.4"),))
_LOST: Final = ServiceState(samples=(Sample(address="192.0.2.4"), Sample(address="198.51.100.4", failure="refused")))


@check(
    "network.all-addresses",
    control="AVL-01",
    method="A",
    severity="critical",
    answers=("NIST SP 800-53r5 SC-22", "NIST SP 800-53r5 SI-4", "CSF PR.IR-03"),
    examples=(
        Example(Verdict.PASS, _ESTATE, _ON, seen=_NAMED, others={_WEB: _BOTH}),
        Example(Verdict.FAIL, _ESTATE, _ON, seen=_NAMED, others={_WEB: _LOST}),
        Example(Verdict.UNKNOWN, _ESTATE, _ON, seen=_NAMED, others={_WEB: _ONE}, reason=Reason.INCOMPLETE),
        Example(
            Verdict.NOT_APPLICABLE, "\n".join(line for line in _ESTATE.splitlines() if "id: web" not in line), _ON,
            seen=_NAMED,
        ),
    ),
)  # fmt: skip
def every_address_of_the_name_answers(endpoint: Subject[Endpoint], seen: NameState, looks: Looks) -> Ruling:
    """Something of the system answers at every address that the name server gives for its name.

    Why: an address that was left in the name, or added for the standby and never tried, fails one visitor in so many;
    the resolver of the auditor may never show it.

    Fix: take the address that the finding names out of the name, or bring up the server behind it; give the system an
    endpoint for each of them.
    """
    others = [one for one in endpoint.system.endpoints if one.ref != endpoint.ref]
    found: dict[str, list[Sample]] = {}
    gaps: list[CannotSee] = []
    services = 0
    for other in others:
        try:
            state = looks.of(other.ref, ServiceState)
        except CannotSee as gap:
            gaps.append(gap)
            continue
        if isinstance(state, NameState):
            continue
        services += 1
        for sample in state.tried:
            found.setdefault(sample.address, []).append(sample)
    if not services and not gaps:
        raise NotApplicable(say("{system} has no endpoint beside its names", system=endpoint.system.ref))
    required = say("all addresses answer")
    broken = [one for address in seen.addresses for one in found.get(address, ()) if one.failure is not None]
    if broken:
        first = broken[0]
        says = say(
            "the name of {endpoint} leads to {address}, which does not answer: {trouble}",
            endpoint=endpoint.ref, address=first.address, trouble=first.detail or first.failure or "-",
        )  # fmt: skip
        count = len({one.address for one in broken})
        return ruling(False, measured=say("addresses that do not answer: {count}", count=count), required=required,
                      says=says)  # fmt: skip
    untried = [address for address in seen.addresses if address not in found]
    if untried or not seen.addresses:
        if gaps and untried:
            raise gaps[0]
        says = say("nothing tried {addresses} of {endpoint}", addresses=", ".join(untried[:5]) or "-",
                   endpoint=endpoint.ref)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("all {count} addresses of {endpoint} answer", count=len(seen.addresses), endpoint=endpoint.ref)
    return ruling(True, measured=say("addresses that do not answer: {count}", count=0), required=required, says=says)
