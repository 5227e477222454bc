"""How long a name may be remembered becomes a ruling on how fast people can be led elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.facts import NameState, Sample
from audit.model.technology import Endpoint

NAMED: Final = """
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        endpoints: [{id: name, kind: dns, name: guarantee.kibo.example, server: 127.0.0.1, port: 5353}]
"""
NAME: Final = "kibo/guarantee/name"
ANSWER: Final = (Sample(address="127.0.0.1"),)


@check(
    "failover.name-lifetime",
    control="DRF-12",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 SC-22", "NIST SP 800-53r5 CP-8", "CSF PR.IR-03"),
    limits={"lifetime": ("60s", "300s", "3600s", "-")},
    examples=(
        Example(
            Verdict.PASS,
            NAMED,
            NAME,
            seen=NameState(samples=ANSWER, addresses=("192.0.2.4",), ttl=timedelta(seconds=60), authoritative=True),
        ),
        Example(
            Verdict.FAIL,
            NAMED,
            NAME,
            seen=NameState(samples=ANSWER, addresses=("192.0.2.4",), ttl=timedelta(hours=24), authoritative=True),
        ),
        Example(
            Verdict.UNKNOWN,
            NAMED,
            NAME,
            seen=NameState(samples=ANSWER, addresses=("192.0.2.4",)),
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def name_is_forgotten_fast(endpoint: Subject[Endpoint], seen: NameState, limits: Limits) -> Ruling:
    """The address of the name is remembered by resolvers no longer than the grade allows.

    Why: after a switch people still go to the burnt place until their resolver forgets the old address.

    Fix: lower the time to live of the address records at the name server; do it long before it is needed.
    """
    most = limits.duration("lifetime")
    lifetime = seen.ttl
    if lifetime <= most and not seen.authoritative:  # a resolver counts down: what is left says nothing of the whole
        says = say("{endpoint} was asked at a server that only repeats the answer of another", endpoint=endpoint.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if lifetime <= most:
        says = say(
            "the name of {endpoint} is forgotten after {seconds} s",
            endpoint=endpoint.ref,
            seconds=f"{lifetime.total_seconds():.0f}",
        )
    else:
        says = say(
            "the name of {endpoint} is remembered for {seconds} s; its grade allows {most} s",
            endpoint=endpoint.ref,
            seconds=f"{lifetime.total_seconds():.0f}",
            most=f"{most.total_seconds():.0f}",
        )
    return ruling(lifetime <= most, measured=lifetime, required=most, says=says)
