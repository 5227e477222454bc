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
        endpoints:
          - {id: name, kind: dns, name: guarantee.kibo.example, server: 127.0.0.1, steering: health-checked}
"""
BY_HAND: Final = NAMED.replace("health-checked", "by-hand")
UNTOLD: Final = NAMED.replace("steering: health-checked", "port: 53")
NAME: Final = "kibo/guarantee/name"
ANSWER: Final = (Sample(address="127.0.0.1"),)


def _answer(seconds: int, longest: int | None = None) -> NameState:
    return NameState(
        samples=ANSWER, addresses=("192.0.2.4",), ttl=timedelta(seconds=seconds),
        lifetime=timedelta(seconds=longest or seconds), authoritative=True,
    )  # fmt: skip


@check(
    "failover.name-lifetime",
    control="DRF-12",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 SC-22", "NIST SP 800-53r5 CP-8", "CSF PR.IR-03"),
    limits={"lifetime": ("60s", "300s", "3600s", "-"), "automatic": ("true", "false", "false", "false")},
    examples=(
        Example(Verdict.PASS, NAMED, NAME, seen=_answer(60)),
        Example(Verdict.FAIL, NAMED, NAME, seen=_answer(86400)),
        Example(Verdict.FAIL, NAMED, NAME, seen=_answer(60, longest=86400)),
        Example(Verdict.FAIL, NAMED.replace("grade: 1", "grade: 1\n        rto: 1m"), NAME, seen=_answer(60)),
        Example(Verdict.FAIL, BY_HAND, NAME, seen=_answer(60)),
        Example(Verdict.UNKNOWN, UNTOLD, NAME, seen=_answer(60), reason=Reason.INCOMPLETE),
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
    """The address of the name is forgotten by resolvers in time, and changed by itself where the grade needs it.

    Why: after a switch people still go to the burnt place until their resolver forgets the old address; where a person
    has to change it, nobody goes elsewhere before that person is awake.

    Fix: lower the time to live of the address records at the name server, long before it is needed; let health checks
    change the addresses, then write `steering: health-checked`.
    """
    # What is remembered for half of the promised time leaves the other half for everything else.
    most = min(limits.duration("lifetime"), endpoint.rto / 2)
    lifetime = seen.lifetime if seen.has("lifetime") else seen.ttl
    if lifetime > most:
        says = say(
            "the name of {endpoint} is remembered for {seconds} s; its grade allows {most} s",
            endpoint=endpoint.ref,
            seconds=f"{lifetime.total_seconds():.0f}",
            most=f"{most.total_seconds():.0f}",
        )
        return ruling(False, measured=lifetime, required=most, says=says)
    if not seen.authoritative:  # a resolver counts down: what is left says nothing of the whole
        says = say("{endpoint} was asked at a server that only repeats the answer of another", endpoint=endpoint.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    figures = {"endpoint": endpoint.ref, "seconds": f"{lifetime.total_seconds():.0f}"}
    if limits.flag("automatic"):
        if endpoint.item.steered is None:
            says = say("the inventory does not say who changes the addresses of {endpoint}; add `steering:`", **figures)
            raise CannotSee(Reason.INCOMPLETE, says)
        if not endpoint.item.steered:
            says = say("people have to change the name of {endpoint}, which is forgotten after {seconds} s", **figures)
            return ruling(False, measured=say("changed by hand"), required=say("changed by itself"), says=says)
    says = say("the name of {endpoint} is forgotten after {seconds} s", **figures)
    return ruling(True, measured=lifetime, required=most, says=says)
