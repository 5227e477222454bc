"""What one service answered at two places becomes the ruling on whether it is the same service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
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
from audit.model.facts import Certificate, Sample, ServiceState
from audit.model.message import Message
from audit.model.technology import Endpoint, Service
from checks.network.differences import differences
from checks.network.places import standing, troubles
from checks.network.samples import HERE, THERE, WEB, answered, elsewhere, portal, silent

_MARKED: Final = "at: busan, site-marker: {header: X-Site, is: busan}"
_PAIR: Final = portal(HERE, elsewhere())
_PROVEN: Final = portal(HERE, elsewhere(_MARKED))
_OF_BUSAN: Final = answered("198.51.100.9", headers={"x-site": "busan"})
_CERTIFICATE: Final = Certificate(
    subject="CN=guarantee.kibo.example",
    issuer="CN=KIBO CA",
    names=("guarantee.kibo.example",),
    not_before=datetime(2026, 8, 1, tzinfo=UTC),
    not_after=datetime(2027, 8, 1, tzinfo=UTC),
    chain_not_after=datetime(2027, 8, 1, tzinfo=UTC),
    sha256="0" * 64,
    key="EC 256",
    trusted=True,
)
_HERE: Final[Mapping[str, ServiceState]] = MappingProxyType({WEB: answered(certificate=_CERTIFICATE)})


@check(
    "network.same-service",
    control="NET-03",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 SC-17", "NIST SP 800-53r5 CP-7(4)", "NIST SP 800-53r5 CM-6", "ISMS-P 2.12.1"),
    least="declared",
    limits={"clock": ("2s", "2s", "2s", "2s")},
    examples=(
        Example(Verdict.PASS, _PROVEN, THERE, seen=_OF_BUSAN, others={WEB: answered()}),
        Example(Verdict.PASS, _PAIR, THERE, seen=answered("198.51.100.9", certificate=_CERTIFICATE), others=_HERE),
        Example(Verdict.FAIL, _PROVEN, THERE, seen=answered("198.51.100.9"), others={WEB: answered()}),
        Example(Verdict.FAIL, _PAIR, THERE, seen=answered("198.51.100.9", kind="text/plain"), others=_HERE),
        Example(Verdict.FAIL, _PAIR, THERE, seen=answered("192.0.2.4", certificate=_CERTIFICATE), others=_HERE),
        Example(Verdict.FAIL, _PAIR, THERE, seen=silent(), others=_HERE),
        Example(Verdict.UNKNOWN, _PAIR, THERE, seen=answered("198.51.100.9"), others={WEB: silent("192.0.2.4")},
                reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _PAIR, WEB, seen=answered()),
    ),
)  # fmt: skip
def it_is_the_same_at_the_other_place(endpoint: Subject[Endpoint], looks: Looks, limits: Limits) -> Ruling:
    """The other place serves the same as the first one: status, certificate, TLS, kind, redirects, version, clock.

    Why: a standby that nobody visits shows an old version, a page of last year or a certificate that ended, and it is
    found out on the day of the fire; two addresses may also be one load balancer.

    Fix: mend what the finding names as different at the other place; add `site-marker: {header: X-Site, is: busan}` to
    prove that another machine answers.
    """
    service = endpoint.item.service
    twins = _twins(endpoint, service)
    if service is None or len(twins) < 2:
        raise NotApplicable(say("{endpoint} answers at one place alone", endpoint=endpoint.ref))
    first = _first(endpoint, twins)
    if first.ref == endpoint.ref and service.marker is None:
        raise NotApplicable(say("{endpoint} is what the others are held against", endpoint=endpoint.ref))
    if first.ref != endpoint.ref:
        _apart(endpoint, first)
    required = say("the same answer as {first}", first=first.ref)
    seen = looks.of(endpoint.ref, ServiceState)
    samples = seen.tried
    broken = troubles(samples)
    if broken:
        says = say("{endpoint} does not serve: {troubles}", endpoint=endpoint.ref, troubles=broken)
        return ruling(False, measured=say("no good answer"), required=required, says=says)
    if service.marker is not None:
        name, text = service.marker
        foreign = next((one for one in samples if one.headers.get(name) != text), None)
        if foreign is not None:
            says = say(
                "another machine answers for {endpoint} at {address}: its header {name} is {got}, not {text}",
                endpoint=endpoint.ref, address=foreign.address, name=name, text=repr(text),
                got=repr(foreign.headers[name]) if name in foreign.headers else say("missing"),
            )  # fmt: skip
            return ruling(False, measured=say("without its marker"), required=required, says=says)
    if first.ref == endpoint.ref:
        says = say("{endpoint} answers with the marker of its place", endpoint=endpoint.ref)
        return ruling(bool(seen.samples), measured=say("with its marker"), required=required, says=says)
    return _compared(endpoint, seen, first, looks.of(first.ref, ServiceState), limits.duration("clock"), required)


def _twins(endpoint: Subject[Endpoint], service: Service | None) -> tuple[Endpoint, ...]:
    if service is None:
        return ()
    return tuple(
        one
        for one in endpoint.system.endpoints
        if one.service is not None and one.service.name == service.name and one.kind == endpoint.item.kind
    )


def _first(endpoint: Subject[Endpoint], twins: tuple[Endpoint, ...]) -> Endpoint:
    """Which of them the others are held against: one at the places of the system itself."""
    homes = frozenset(site for place in endpoint.system.at for site in endpoint.graph.sites(place))
    own = (one for one in twins if standing(endpoint.graph, endpoint.system, one) & homes)
    return next(own, twins[0])


def _apart(endpoint: Subject[Endpoint], first: Endpoint) -> None:
    """NotApplicable where both stand at one site, CannotSee where nobody knows."""
    here, there = (standing(endpoint.graph, endpoint.system, one) for one in (first, endpoint.item))
    if not here or not there:
        lost = first.ref if not here else endpoint.ref
        raise CannotSee(Reason.INCOMPLETE, say("the inventory does not say where {endpoint} stands", endpoint=lost))
    if here & there:
        raise NotApplicable(say("{endpoint} stands where {first} stands", endpoint=endpoint.ref, first=first.ref))


def _compared(
    endpoint: Subject[Endpoint], seen: ServiceState, first: Endpoint, other: ServiceState, clock: timedelta,
    required: Message,
) -> Ruling:  # fmt: skip
    good = tuple(sample for sample in other.tried if sample.failure is None)
    if not good:
        says = say("{first} gives no good answer to hold {endpoint} against", first=first.ref, endpoint=endpoint.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    one = _one_address(seen.tried, good)
    service, theirs = endpoint.item.service, first.service
    if service is None or theirs is None:
        raise NotApplicable(say("{endpoint} answers at one place alone", endpoint=endpoint.ref))
    compared = tuple(name for name in service.compared if name in theirs.compared)
    if one:
        says = say("{endpoint} answers at {address}, and so does {first}: that is one machine",
                   endpoint=endpoint.ref, address=one, first=first.ref)  # fmt: skip
        return ruling(False, measured=say("one address"), required=required, says=says)
    found = differences(seen, good, other, compared, clock)
    figures: dict[str, object] = {"endpoint": endpoint.ref, "first": first.ref, "count": len(found)}
    if found:
        listed = found[0]
        for more in found[1:]:
            listed = say("{first}; {last}", first=listed, last=more)
        says = say("{endpoint} is not the same as {first}: {listed}", **figures, listed=listed)
        return ruling(False, measured=say("differences: {count}", **figures), required=required, says=says)
    if theirs.expected != service.expected:
        says = say(
            "{endpoint} is not asked for what {first} is asked for; write the same `expect:` and `same:`", **figures
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if service.marker is not None:
        says = say("{endpoint} serves the same as {first}, from a machine of its own", **figures)
    else:
        says = say(
            "{endpoint} serves the same as {first}; that another machine answers is not proven without `site-marker:`",
            **figures,
        )
    return ruling(bool(seen.samples), measured=say("differences: {count}", **figures), required=required, says=says)


def _one_address(there: tuple[Sample, ...], here: tuple[Sample, ...]) -> str:
    """An address at which both were answered."""
    return next(iter(sorted({one.address for one in there} & {one.address for one in here})), "")
