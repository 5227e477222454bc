"""What handshakes showed becomes the ruling on whether certificates are trusted long enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
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
from audit.model.technology import Endpoint
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ENDPOINTS: Final = """
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        endpoints:
          - {id: web, kind: http, url: "https://guarantee.kibo.example/"}
          - {id: plain, kind: http, url: "http://guarantee.kibo.example/"}
"""
WEB: Final = "kibo/guarantee/web"


def _secured(days: int, *, trusted: bool = True) -> ServiceState:
    until = AT + timedelta(days=days)
    certificate = Certificate(
        subject="CN=guarantee.kibo.example",
        issuer="CN=KIBO CA",
        names=("guarantee.kibo.example",),
        not_before=AT - timedelta(days=60),
        not_after=until,
        chain_not_after=until,
        sha256="0" * 64,
        key="EC 256",
        trusted=trusted,
        trouble="" if trusted else "self-signed certificate",
    )
    failure = None if trusted else "tls-untrusted"
    return ServiceState.model_validate(
        {"samples": [{"address": "192.0.2.4", "failure": failure, "certificate": certificate}]}
    )


@check(
    "network.certificate",
    control="NET-03",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 SC-17", "NIST SP 800-53r5 SC-12", "ISMS-P 2.7.1"),
    limits={"left": ("30d", "21d", "14d", "7d")},
    examples=(
        Example(Verdict.PASS, ENDPOINTS, WEB, seen=_secured(60), at=AT),
        Example(Verdict.FAIL, ENDPOINTS, WEB, seen=_secured(9), at=AT),
        Example(Verdict.FAIL, ENDPOINTS, WEB, seen=_secured(60, trusted=False), at=AT),
        Example(
            Verdict.UNKNOWN,
            ENDPOINTS,
            WEB,
            seen=ServiceState(samples=(Sample(address="192.0.2.4", failure="refused"),)),
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(
            Verdict.NOT_APPLICABLE,
            ENDPOINTS,
            "kibo/guarantee/plain",
            seen=ServiceState(samples=(Sample(address="192.0.2.4", failure="refused"),)),
            at=AT,
        ),
    ),
)
def certificate_is_good_for_long_enough(
    endpoint: Subject[Endpoint], seen: ServiceState, at: datetime, limits: Limits
) -> Ruling:
    """Every certificate that the service shows is trusted and stays valid for as many days as its grade needs.

    Why: an expired certificate stops a service for everybody at one second that was known a year before; at a standby
    that nobody visits it is found on the day of the fire.

    Fix: renew the certificate that the finding names, the one of the standby too, and let a job renew it from now on;
    where an authority of the house signed it, name the file of that authority as `authority:` of the endpoint.
    """
    least = limits.duration("left")
    required = say("a trusted certificate, {least} left", least=plain(least))
    samples = seen.tried
    shown = [(sample.certificate, sample.address) for sample in samples if sample.certificate is not None]
    if endpoint.item.secured is False and not shown:
        raise NotApplicable(say("{endpoint} is not secured by a certificate", endpoint=endpoint.ref))
    for certificate, address in shown:
        # One that is merely over has a sentence of its own below, which tells since when.
        if not certificate.trusted and certificate.chain_not_after >= at:
            says = say(
                "the certificate of {endpoint} at {address} is not trusted: {trouble}",
                endpoint=endpoint.ref,
                address=address,
                trouble=certificate.trouble or "-",
            )
            return ruling(False, measured=certificate.trouble or "-", required=required, says=says)
    until, address = min(((one.chain_not_after, address) for one, address in shown), default=(None, ""))
    if until is not None and until - at < least:
        figures = {"endpoint": endpoint.ref, "address": address, "date": plain(until), "least": str(least.days)}
        if until < at:
            says = say("the certificate of {endpoint} at {address} expired on {date}", **figures)
        else:
            says = say(
                "the certificate of {endpoint} at {address} ends on {date}; {least} days must be left", **figures
            )
        return ruling(False, measured=until - at, required=required, says=says)
    blind = [sample.address for sample in samples if sample.certificate is None]
    if until is None and not endpoint.item.secured and samples and all(sample.failure is None for sample in samples):
        raise NotApplicable(say("{endpoint} is not secured by a certificate", endpoint=endpoint.ref))
    if until is None or blind or not seen.has("samples"):
        says = say(
            "no certificate of {endpoint} was seen at {addresses}",
            endpoint=endpoint.ref,
            addresses=", ".join(blind[:5]) or "-",
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("the certificate of {endpoint} is valid until {date}", endpoint=endpoint.ref, date=plain(until))
    return ruling(True, measured=until - at, required=required, says=says)
