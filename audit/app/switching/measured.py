"""The course of a switch with how the group stands afterwards to the record of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from audit.model.authorization import Authorization
from audit.model.drilling import Checked, Part
from audit.model.facts import Unseen
from audit.model.failover import FailoverState
from audit.model.message import say
from audit.model.switching import SwitchState
from audit.model.units import plain
from audit.model.verdict import CannotSee, Level, Reason
from audit.world.switching.ledger import Course

_NEXT = "look at the group by hand; switching back needs an authorization of its own"


@dataclass(frozen=True, slots=True)
class Frame:
    """When it was, for how long it proves anything, who stood for it."""

    id: str
    started: datetime
    ended: datetime
    lasting: timedelta
    signers: tuple[str, ...]
    tool: str


def measured(
    course: Course, allowed: Authorization, after: FailoverState | CannotSee, frame: Frame, trouble: str = ""
) -> SwitchState:
    """What the canary tells: outage, time to the first write elsewhere, acknowledged writes that are gone."""
    told: dict[str, Any] = {}
    absent: dict[str, Unseen] = {}
    first, asked = course.first_new, course.asked
    good = course.good
    numbers = frozenset(stroke.number for stroke in good)
    if asked is not None:
        told["acknowledged"] = len(numbers)
    if first is not None and asked is not None:
        old = [stroke.at for stroke in good if stroke.server == course.before and stroke.at <= first.at]
        told["outage"] = timedelta(seconds=round(first.at - max(old, default=asked), 6))
        told["rto"] = timedelta(seconds=round(first.at - asked, 6))
    gone = sorted(stroke.at for stroke in good if course.found is not None and stroke.number not in course.found)
    if course.found is None:
        nobody = say("what was written could not be read again")
        absent |= dict.fromkeys(("lost", "rpo"), Unseen.of(CannotSee(Reason.INCOMPLETE, nobody)))
    else:
        told["lost"] = len(gone)
        if first is not None:
            told["rpo"] = timedelta(seconds=round(max(0.0, first.at - gone[0]), 6)) if gone else timedelta(0)
    bad = trouble or course.trouble
    return SwitchState(
        level=Level.DRILLED,
        id=frame.id,
        failover_ref=allowed.failover,
        kind="active",
        realism="real-switch",
        started=frame.started,
        ended=frame.ended,
        expires=frame.ended + frame.lasting,
        parts=_parts(course),
        left=allowed.leads,
        taken=_taken(after),
        checks=tuple(_checks(course, allowed, after, told)),
        trouble=f"{bad}; {_NEXT}" if bad else "",
        authorized=frame.signers,
        tool=frame.tool,
        absent=absent,
        **told,
    )


def _parts(course: Course) -> tuple[Part, ...]:
    if course.asked is None or not course.strokes:
        return ()
    return (
        Part(name="preflight", took=round(max(0.0, course.asked - course.strokes[0].at), 6)),
        Part(name="switch", took=round(max(0.0, course.strokes[-1].at - course.asked), 6)),
    )


def _taken(after: FailoverState | CannotSee) -> str:
    leads = [] if isinstance(after, CannotSee) else [one.name for one in after.members if one.role == "primary"]
    return leads[0] if len(leads) == 1 else ""


def _checks(
    course: Course, allowed: Authorization, after: FailoverState | CannotSee, told: dict[str, Any]
) -> list[Checked]:
    taken = _taken(after)
    found = [Checked(name="leader", held=taken in allowed.takes_over, detail=f"{allowed.leads} -> {taken or '?'}")]
    if "outage" in told:
        outage = told["outage"]
        detail = f"{plain(outage)}, at most {plain(allowed.most_outage)}"
        found.append(Checked(name="outage", held=outage <= allowed.most_outage, detail=detail))
    else:
        found.append(Checked(name="outage", held=False, detail="no other server took writes"))
    if "lost" in told:
        detail = f"{told['lost']} of {told.get('acknowledged', 0)} acknowledged writes are gone"
        found.append(Checked(name="canary", held=told["lost"] == 0, detail=detail))
    else:
        found.append(Checked(name="canary", held=False, detail="what was written could not be read again"))
    if isinstance(after, CannotSee):
        found.append(Checked(name="standby", held=False, detail=str(after)[:300]))
    else:
        ready = [one.name for one in after.ready]
        back = allowed.leads in ready
        detail = f"{allowed.leads} follows" if back else "ready to take over: " + (", ".join(ready) or "nobody")
        found.append(Checked(name="standby", held=bool(ready), detail=detail))
    if course.left:
        found.append(Checked(name="canary taken away", held=True, detail=f"not done: {course.left}"[:300]))
    return found
