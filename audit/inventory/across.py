"""The trees of all files to the problems that no single value shows: cycles, impossible groups, unknown checks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from audit.inventory.near import near
from audit.inventory.refs import Refs, spot_of
from audit.inventory.tree import Branch, branches, elements, place_of, quoted
from audit.model.item import NODES, PLACES
from audit.model.message import Message, say
from audit.model.place import Problem
from audit.model.policy import GRADES, NONE, LimitTable
from audit.model.proof import LONGEST
from audit.model.units import parse_duration, parse_flag, parse_instant, parse_length, parse_money, parse_size

Limits = Mapping[str, LimitTable]
_GRADES: Final = tuple(map(str, GRADES))
_NUMBER: Final = re.compile(r"\d+(\.\d+)?\s*%?")


def across(trees: Sequence[Branch], refs: Refs, limits: Limits) -> Iterator[Problem]:
    """Every problem between values; a value that is wrong by itself is somebody else's and passed over here."""
    yield from _platforms(refs)
    for ref, item in refs.items.items():
        if refs.kinds[ref] in ("system", "programme"):
            for key in ("needs", "recovers-with"):
                yield from _needs(item, key, ref, refs)
    for tree in trees:
        for season in branches(tree, "calendar"):
            yield from _order(season, "from", "to")
        for permit in branches(tree, "permits"):
            yield from _turned(permit)
        for item in branches(tree, "evidence"):
            yield from _order(item, "collected", "expires")
            yield from _check(item, limits)
        for waiver in branches(tree, "waivers"):
            yield from _check(waiver, limits)
            yield from _four_eyes(waiver)
            yield from _order(waiver, "from", "expires")
            yield from _too_long(waiver)
        yield from _policy(tree.get("policy"), limits)


def _meant(refs: Refs, written: object, scope: str, wanted: tuple[str, ...]) -> str:
    """The full reference, or nothing where it has none: that is a problem of the single value."""
    found = refs.meant(written, scope, wanted) if isinstance(written, str) else ""
    return found if isinstance(found, str) else ""


def _platforms(refs: Refs) -> Iterator[Problem]:
    """Systems that stand on each other in a circle."""
    wanted = (*PLACES, "system")
    stands = {
        ref: [_meant(refs, written, ref, wanted) for written, _ in elements(item, "at")]
        for ref, item in refs.items.items()
        if refs.kinds[ref] == "system" and "at" in item
    }
    done: set[str] = set()
    for start in stands:
        path: list[str] = []
        on_path: set[str] = set()
        stack = [(start, iter(stands[start]))] if start not in done else []
        while stack:
            ref, below = stack[-1]
            if ref not in on_path:
                path.append(ref)
                on_path.add(ref)
            step = next(below, None)
            if step is None:
                done.add(ref)
                on_path.discard(ref)
                path.pop()
                stack.pop()
            elif step in on_path:
                circle = [*path[path.index(step) :], step]
                listed = " -> ".join(circle if len(circle) < 7 else [*circle[:5], "...", step])
                place = place_of(refs.items[ref]).of("at")
                says = say("systems stand on each other in a circle: {circle}", circle=listed)
                yield Problem(place, says, say("name a room or site once"))
            elif step in stands and step not in done:
                stack.append((step, iter(stands[step])))


def _needs(item: Branch, key: str, ref: str, refs: Refs) -> Iterator[Problem]:
    """Groups that cannot be met or say the same twice, at any depth."""
    queue = [(item, key)]
    while queue:
        around, name = queue.pop()
        seen: set[str] = set()
        for written, spot in elements(around, name):
            if isinstance(written, Branch):
                queue.extend((written, inner) for inner in ("all", "any", "of"))
                yield from _counted(written)
                yield from _currencies(written, ref, refs)
                continue
            meant = _meant(refs, written, ref, NODES)
            if meant and meant == ref:
                yield Problem(spot_of(around, spot), say("{ref} needs itself", ref=quoted(ref)), say("take it out"))
            elif meant and meant in seen:
                says = say("{ref} stands twice in one group", ref=quoted(meant))
                yield Problem(spot_of(around, spot), says, say("write it once"))
            seen.add(meant)


def _counted(group: Branch) -> Iterator[Problem]:
    written, members = group.get("k"), elements(group, "of")
    wanted = int(written) if isinstance(written, str) and written.isdecimal() and len(written) < 10 else 0
    if wanted > len(members) > 0:
        says = say("k: {wanted} of {count} can never be up", wanted=wanted, count=len(members))
        yield Problem(place_of(group).of("k"), says, say("expected a number from 1 to {count}", count=len(members)))


def _currencies(group: Branch, ref: str, refs: Refs) -> Iterator[Problem]:
    """Amounts that are added up although they are not of one currency."""
    wanted = _currency(group.get("at-least")) if group.get("sum") == "contribution" else ""
    for written, spot in elements(group, "of") if wanted else ():
        item = refs.items.get(_meant(refs, written, ref, NODES), Branch())
        currency = _currency(item.get("contribution"))
        if currency not in ("", wanted):
            says = say(
                "{ref} contributes {currency}, and 'at-least' is in {wanted}",
                ref=quoted(str(written)),
                currency=currency,
                wanted=wanted,
            )
            yield Problem(spot_of(group, spot), says, say("write all amounts of one sum in one currency"))


def _currency(amount: object) -> str:
    try:
        return parse_money(amount).currency if isinstance(amount, str) else ""
    except ValueError:
        return ""


def _day(item: Branch, key: str) -> date | None:
    try:
        return date.fromisoformat(str(item.get(key)))
    except ValueError:
        return None


def _order(item: Branch, first: str, last: str) -> Iterator[Problem]:
    start, end = _day(item, first), _day(item, last)
    if start is not None and end is not None and end < start:
        says = say("{last}: {end} is before '{first}', {start}", last=last, end=end, first=first, start=start)
        yield Problem(place_of(item).of(last), says, say("expected {start} or a later day", start=start))


def _turned(permit: Branch) -> Iterator[Problem]:
    """Work that ends before it begins."""
    try:
        start, end = parse_instant(permit.get("from")), parse_instant(permit.get("to"))
    except ValueError:
        return
    if end < start:
        figures = {"last": "to", "end": str(permit.get("to")), "first": "from", "start": str(permit.get("from"))}
        says = say("{last}: {end} is before '{first}', {start}", **figures)
        yield Problem(place_of(permit).of("to"), says, say("expected {right}", right=say("`to` after `from`")))


def _too_long(waiver: Branch) -> Iterator[Problem]:
    """A risk that is accepted for longer than a year at once; without `from:` the day of judgement tells."""
    start, end = _day(waiver, "from"), _day(waiver, "expires")
    if start is not None and end is not None and end - start > LONGEST:
        days = (end - start).days
        says = say("a waiver of {days} days; a risk is accepted for 365 days at most", days=days)
        yield Problem(
            place_of(waiver).of("expires"), says, say("expected {day} or an earlier day", day=start + LONGEST)
        )


def _four_eyes(waiver: Branch) -> Iterator[Problem]:
    asked, granted = waiver.get("requested-by"), waiver.get("approved-by")
    if isinstance(asked, str) and isinstance(granted, str) and _person(asked) == _person(granted):
        yield Problem(
            place_of(waiver).of("approved-by"),
            say("the one who asked for this waiver also approved it"),
            say("name another person"),
        )


def _person(written: str) -> str:
    """A name in wide letters, in capitals or with more room in it is that of the same person."""
    return " ".join(unicodedata.normalize("NFKC", written).casefold().split())


def _check(item: Branch, limits: Limits) -> Iterator[Problem]:
    name = item.get("check")
    if isinstance(name, str) and name and name not in limits:
        says = say("no check is called {name}", name=quoted(name))
        yield Problem(place_of(item).of("check"), says, _or_else(name, limits))


def _or_else(name: str, known: Mapping[str, object]) -> Message:
    # The same word in another area is nearer than any other word in the same area.
    ends = [one for one in known if "." in name and one.rpartition(".")[2] == name.rpartition(".")[2]]
    close = ends[0] if len(ends) == 1 else near(name, known)
    if close:
        return say("did you mean {close}?", close=quoted(close))
    if 0 < len(known) <= 12:
        return say("known are {names}", names=", ".join(sorted(known)))
    return say("`haechi checks` lists those there are")


def _policy(policy: object, limits: Limits) -> Iterator[Problem]:
    """Changes of the policy that name what does not exist, or give a limit a value of the wrong sort."""
    if not isinstance(policy, Branch):
        return
    for holder, name, _ in _entries(policy.get("grades")):
        if name not in _GRADES:
            says = say("{name} is no grade", name=quoted(name))
            yield Problem(spot_of(holder, holder.spots[name]), says, say("expected 1, 2, 3 or 4"))
    for holder, name, change in _entries(policy.get("checks")):
        if name not in limits:
            place = spot_of(holder, holder.spots[name])
            yield Problem(place, say("no check is called {name}", name=quoted(name)), _or_else(name, limits))
            continue
        for table, limit, value in _entries(change.get("limits") if isinstance(change, Branch) else None):
            if limit not in limits[name]:
                place = spot_of(table, table.spots[limit])
                hint = _or_else(limit, limits[name]) if limits[name] else say("this check has no limits")
                yield Problem(place, say("{check} has no limit {limit}", check=name, limit=quoted(limit)), hint)
            else:
                yield from _values(table, limit, value, limits[name][limit])


def _entries(table: object) -> Iterator[tuple[Branch, str, object]]:
    if isinstance(table, Branch):
        yield from ((table, key, value) for key, value in table.items() if key != "@")


def _values(table: Branch, limit: str, value: object, declared: Sequence[str]) -> Iterator[Problem]:
    """What is written for a limit, once or by grade, against the sort of its built-in values."""
    example = next((one for one in declared if one != NONE), NONE)
    readers = [read for read in _READERS if all(_reads(read, one) for one in declared if one != NONE)]
    for holder, key, one in _entries(value) if isinstance(value, Branch) else ((table, limit, value),):
        if holder is not table and key not in _GRADES:
            continue
        if isinstance(one, str) and one != NONE and readers and not any(_reads(read, one) for read in readers):
            says = say("{key}: {says}", key=limit, says=say("got {got}", got=quoted(one)))
            hint = say("expected a value such as {example}, or '-'", example=example)
            yield Problem(place_of(holder).of(key), says, hint)


def _number(text: str) -> None:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)


_READERS: Final[tuple[Callable[[str], object], ...]] = (
    _number,
    parse_duration,
    parse_length,
    parse_money,
    parse_size,
    parse_flag,
)


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
