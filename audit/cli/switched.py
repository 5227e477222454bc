"""Switches, planned or made, to the lines, or the document of JSON, that a command prints of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from audit.app.drilling_record import recorded as restored
from audit.app.switching_record import recorded
from audit.cli.tongue import told
from audit.cli.voice import talk, tell
from audit.model.authorization import NAMESPACE, Authorization
from audit.model.clean import json_escaped, json_text, line
from audit.model.drilling import Promise
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.model.switching import SwitchState
from audit.model.unfit import Unexpected
from audit.model.units import plain
from audit.model.verdict import Verdict
from reports.switches import Row, record, row
from reports.translate import Translator
from reports.words import VERDICTS

SCHEMA: Final = "haechi.switches/1"


def tell_plan(authorization: Authorization, conditions: Sequence[tuple[bool, Message, Message]], output: Path | None,
              language: str) -> None:  # fmt: skip
    """The one request with all that has to hold, written into a new file where one is named."""
    speak = Translator(language, "UTC")
    allowed = authorization
    tell(line(speak.text("{ref}: {leads} leads, {takes} would take over",
                         ref=allowed.failover, leads=allowed.leads, takes=", ".join(allowed.takes_over))))  # fmt: skip
    tell(line(f"  {allowed.order}"))
    for held, name, why in conditions:
        tell(line(f"  {VERDICTS[Verdict.PASS if held else Verdict.FAIL].sign} {speak.message(name)}: "
                  f"{speak.message(why)}"))  # fmt: skip
    tell(line("  " + speak.text("good from {start} to {end}; ends as failed after an outage of {most}",
                                start=plain(allowed.not_before), end=plain(allowed.not_after),
                                most=plain(allowed.most_outage))))  # fmt: skip
    if output is None:
        talk(say("nothing was sent; `--output FILE` writes what two people have to sign"), language)
        return
    _write(output, allowed)
    talk(say("nothing was sent; two people now sign {file}, each with a key of their own:", file=output), language)
    command = f"ssh-keygen -Y sign -n {NAMESPACE} -f KEY < {output} > {output}.NAME.sig"
    talk(say("  {command}", command=command), language)


def _write(output: Path, allowed: Authorization) -> None:
    try:
        content = allowed.text().encode()
        # Never over what somebody may have signed.
        with output.open("xb") as file:
            file.write(content)
    except Unexpected as bad:
        raise Stop(Exit.USAGE, say("this cannot be signed: {why}", why=str(bad))) from bad
    except OSError as broken:
        says = say("cannot write {path}: {why}", path=output, why=broken.strerror or "?")
        raise Stop(Exit.USAGE if isinstance(broken, FileExistsError) else Exit.STORAGE, says) from broken


def ask(written: str, language: str, allowed: Authorization, *, asking: bool) -> str:
    """The reference of the group as a person wrote it just now; empty where there is nobody to ask."""
    talk(say("{ref} will be switched for real: {order}", ref=allowed.failover, order=allowed.order), language)
    if written or not asking:
        return written
    question = told(say("Write the full reference of the group to go on"), language)
    answer: str = click.prompt(question, default="", show_default=False, err=True)
    return answer.strip()


def tell_step(says: Message, language: str) -> None:
    """What is being done now."""
    talk(says, language)


def tell_raised(done: Sequence[tuple[str, SwitchState | None, Promise, str]], form: str, language: str) -> None:
    """What came of bringing up other places in scratch space."""
    if form == "json":
        found = [record(state, promise) for _, state, promise, _ in done if state is not None]
        missing = [json_text(ref) for ref, state, _, _ in done if state is None]
        tell(json_escaped(json.dumps({"schema": SCHEMA, "switches": found, "not_tried": missing}, indent=2)))
        return
    for ref, state, promise, zone in done:
        if state is None:
            why = say("{failover}: not all of it could be tried, so that nothing was decided", failover=ref)
            tell(line(Translator(language, zone).message(why)))
        else:
            tell_switch(state, promise, zone, language)


def tell_switch(state: SwitchState, promise: Promise, zone: str, language: str) -> None:
    """What came of one switch."""
    speak = Translator(language, zone)
    for text in lines(row(state, promise, state.ended, speak), speak):
        tell(text)


def as_json(states: Sequence[SwitchState], promise: Promise) -> None:
    """Switches for programs."""
    tell(json_escaped(json.dumps({"schema": SCHEMA, "switches": [record(one, promise) for one in states]}, indent=2)))


def lines(one: Row, speak: Translator) -> Iterator[str]:
    """One switch for people."""
    yield line(f"{one.sign} {one.ref}  {one.word}  {one.kind}  {one.id}")
    if one.sent_by:
        yield line("  " + speak.text("sent by {institution}", institution=one.sent_by))
    if one.moved:
        yield line("  " + speak.text("{moved}; outage {outage}; acknowledged writes lost {lost}",
                                     moved=one.moved, outage=one.outage, lost=one.lost))  # fmt: skip
    for name, measured in (("RPO", one.rpo), ("RTO", one.rto)):
        mark = f"{VERDICTS[Verdict.FAIL].sign} " if measured.met is False else ""
        yield line(f"  {mark}" + speak.text("{name} measured {took}, promised {promised}",
                                     name=name, took=measured.took, promised=measured.promised))  # fmt: skip
    if one.verdict is not Verdict.FAIL:
        yield line("  " + speak.text("proves it until {date}", date=one.until))
    for held, name, detail in one.checks:
        yield line(f"  {'✓' if held else '✗'} {name}" + (f"  {detail}" if detail else ""))
    if one.authorized:
        yield line("  " + speak.text("signed by {names}", names=", ".join(one.authorized)))
    if one.trouble:
        yield line("  " + one.trouble)


def stored_switch(name: str, store: str) -> SwitchState | None:
    """A record by its id or an unambiguous beginning of it, or by its failover; None where there is none of them."""
    found = recorded(store)
    if name == "latest":
        switch, restores = max(found, key=lambda one: one.ended, default=None), restored(store)
        older = switch is None or any(one.ended > switch.ended for one in restores)
        return None if older else switch
    of_group = [one for one in found if one.failover_ref == name or one.failover_ref.endswith("/" + name)]
    if of_group and len({one.failover_ref for one in of_group}) == 1:
        return of_group[-1]
    begun = [one for one in found if one.id == name] or [one for one in found if one.id.startswith(name)]
    if begun and (len(begun) > 1 or any(one.id.startswith(name) for one in restored(store))):
        raise Stop(Exit.USAGE, say("more than one drill is meant by {name}; write more of it", name=repr(name)))
    return begun[0] if begun else None
