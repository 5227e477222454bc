"""What an endpoint answered becomes rulings on whether it answers rightly, how fast."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.facts import Sample, ServiceState
from audit.model.technology import Endpoint

PORTAL: Final = """
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        endpoints: [{id: web, kind: http, url: "https://guarantee.kibo.example/"}]
"""
WEB: Final = "kibo/guarantee/web"
_SHOWN: Final = 5


def _troubles(samples: tuple[Sample, ...]) -> str:
    """The troubles of the first few addresses, e.g. `192.0.2.4 bad-status (503)`."""
    texts = [
        f"{sample.address} {sample.failure}" + (f" ({sample.detail})" if sample.detail else "")
        for sample in samples[:_SHOWN]
    ]
    return "; ".join(texts) + ("; ..." if len(samples) > _SHOWN else "")


@check(
    "availability.answers",
    control="AVL-01",
    method="A",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-2", "NIST SP 800-53r5 SI-4", "ISO 22301 8.4", "CSF DE.CM-01", "ISMS-P 2.9.2"),
    examples=(
        Example(Verdict.PASS, PORTAL, WEB, seen=ServiceState(samples=(Sample(address="192.0.2.4", status=200),))),
        Example(
            Verdict.FAIL,
            PORTAL,
            WEB,
            seen=ServiceState(
                samples=(
                    Sample(address="192.0.2.4", status=200),
                    Sample(address="192.0.2.5", failure="refused"),
                )
            ),
        ),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=ServiceState(samples=()), reason=Reason.INCOMPLETE),
    ),
)
def service_answers(endpoint: Subject[Endpoint], seen: ServiceState) -> Ruling:
    """The service answers rightly at every address of its name.

    Why: people are sent to any of the addresses, so one that is silent or gives a wrong page fails some of them; a page
    that comes with status 200 but without its content fails all of them.

    Fix: look at the address and the trouble that the finding names, mend the server behind it or take the address out
    of the name, then run `haechi run ESTATE --check availability.answers --on {ref}`.
    """
    samples = seen.samples
    if not samples:
        raise CannotSee(Reason.INCOMPLETE, say("the look at {endpoint} tried no address", endpoint=endpoint.ref))
    broken = tuple(sample for sample in samples if sample.failure is not None)
    good = len(samples) - len(broken)
    if broken:
        says = say(
            "{endpoint} does not answer as it should at {broken} of {all} addresses: {troubles}",
            broken=len(broken),
            all=len(samples),
            endpoint=endpoint.ref,
            troubles=_troubles(broken),
        )
    else:
        says = say("{endpoint} answers rightly at {all} of {all} addresses", endpoint=endpoint.ref, all=len(samples))
    measured = say("{good} of {all} addresses answer", good=good, all=len(samples))
    return ruling(not broken, measured=measured, required=say("all addresses answer"), says=says)


@check(
    "availability.latency",
    control="AVL-03",
    method="A",
    severity="medium",
    answers=("NIST SP 800-53r5 SC-5(2)", "NIST SP 800-53r5 CP-2(2)", "ISMS-P 2.9.2"),
    limits={"total": ("1s", "2s", "3s", "5s")},
    examples=(
        Example(
            Verdict.PASS,
            PORTAL,
            WEB,
            seen=ServiceState(samples=(Sample(address="192.0.2.4", status=200, phases={"total": 0.31}),)),
        ),
        Example(
            Verdict.FAIL,
            PORTAL,
            WEB,
            seen=ServiceState(samples=(Sample(address="192.0.2.4", status=200, phases={"total": 1.7}),)),
        ),
        Example(
            Verdict.UNKNOWN,
            PORTAL,
            WEB,
            seen=ServiceState(samples=(Sample(address="192.0.2.4", failure="refused", phases={"total": 0.01}),)),
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def service_answers_in_time(endpoint: Subject[Endpoint], seen: ServiceState, limits: Limits) -> Ruling:
    """The slowest good answer of the service comes within the time that its grade allows.

    Why: a page that takes too long is left, and it is the first sign of a system that will not carry a busy day.

    Fix: the phases of the look (name, connection, handshake, first byte, body) tell where the time goes; begin with
    the longest one.
    """
    most = limits.duration("total")
    times = [
        (sample.phases["total"], sample.address)
        for sample in seen.tried
        if sample.failure is None and "total" in sample.phases
    ]
    if not times:
        raise CannotSee(Reason.INCOMPLETE, say("{endpoint} gave no good answer to time", endpoint=endpoint.ref))
    seconds, address = max(times)
    slowest = timedelta(seconds=seconds)
    if slowest <= most:
        says = say("the slowest answer of {endpoint} took {seconds} s", endpoint=endpoint.ref, seconds=f"{seconds:.2f}")
    else:
        says = say(
            "{endpoint} took {seconds} s to answer at {address}; its grade allows {most} s",
            endpoint=endpoint.ref,
            seconds=f"{seconds:.2f}",
            address=address,
            most=f"{most.total_seconds():g}",
        )
    return ruling(slowest <= most, measured=slowest, required=most, says=says)
