"""A dossier to the sheets of what is done about its findings: waivers, corrective measures."""

from __future__ import annotations

from audit.model.dossier import Dossier
from audit.model.waivers import Stand, Waivers
from reports.actions import STATES
from reports.translate import Translator
from reports.waivers import STANDS
from reports.workbook.sheet import MIDDLE, WIDE, Sheet, columns


def waivers(dossier: Dossier, speak: Translator) -> Sheet:
    """Every waiver, those that are past their date first."""
    head = columns(
        (speak.text("State"), 20),
        (speak.text("Check"), MIDDLE),
        (speak.text("Subject"), WIDE),
        (speak.text("Reason"), WIDE),
        (speak.text("Compensation"), WIDE),
        (speak.text("Requested by"), 20),
        (speak.text("Approved by"), 20),
        (speak.text("Waived until"), 14),
        (speak.text("Place in the inventory"), 30),
    )
    standing = Waivers(dossier.estate, dossier.at)
    order = list(Stand)
    told = sorted(dossier.estate.waivers, key=lambda one: (order.index(standing.stand(one)), one.expires))
    rows = (
        (
            speak.message(STANDS[standing.stand(one)]),
            one.check,
            one.on,
            one.reason,
            one.compensation or "",
            one.requested_by,
            one.approved_by,
            one.expires.isoformat(),
            str(one.place),
        )
        for one in told
    )
    return Sheet(speak.text("Waivers"), head, rows, frozen=1)


def measures(dossier: Dossier, speak: Translator) -> Sheet:
    """The register of corrective measures."""
    head = columns(
        (speak.text("Fingerprint"), 20),
        (speak.text("State"), 20),
        (speak.text("Check"), MIDDLE),
        (speak.text("Subject"), WIDE),
        (speak.text("Owner"), 20),
        (speak.text("Due"), 14),
        (speak.text("Budget"), 20),
        (speak.text("Plan"), 60),
        (speak.text("Reopened"), 12),
    )
    rows = (
        (
            one.id,
            speak.message(STATES[one.state]),
            one.origin.check,
            one.origin.subject,
            one.owner,
            one.due.isoformat() if one.due is not None else "",
            str(one.budget) if one.budget is not None else "",
            one.plan,
            one.reopened,
        )
        for one in dossier.actions
    )
    return Sheet(speak.text("Measures"), head, rows, frozen=1)
