"""`haechi actions`: a store in, its register of corrective measures out, or one more entry in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from audit.cli.asked import SEVERITIES, hearing, printing, speaking, stored
from audit.cli.wrong import Wrong
from audit.model.exit import Exit
from audit.model.message import say

STATES: Final = ("open", "planned", "doing", "verify", "closed", "pending", "all")
_instant: Final = click.option(
    "--at", metavar="TIME", help="As of when something is overdue, ISO 8601 with an offset; without it, now."
)
_by: Final = click.option("--by", required=True, metavar="NAME", help="Who writes this.")
_owner: Final = click.option("--owner", metavar="NAME", help="Who sees to it.")
_due: Final = click.option("--due", metavar="DATE", help="The last day.")
_budget: Final = click.option("--budget", metavar="MONEY", help="What it costs, such as `40e6 KRW`.")
_plan: Final = click.option("--plan", metavar="TEXT", help="What will be done.")


@click.group("actions", context_settings={"help_option_names": ["-h", "--help"]})
@hearing
def command() -> None:
    """Keep the register of corrective measures: who repairs what, until when.

    A measure is born from a finding. Nobody can close it: a later run that passes does, one that fails opens it
    again. Everything is an entry in the log of the store; nothing is ever changed or deleted.

    \b
    Examples:
      haechi actions add --from-run latest --severity high --by "Kim Example"
      haechi actions list --overdue
    """


@command.command("list", short_help="List the measures, the worst first.")
@click.option("--state", type=click.Choice(STATES), default="pending", show_default=True, help="Only in this state.")
@click.option("--overdue", is_flag=True, help="Only what is overdue.")
@click.option("--owner", metavar="NAME", help="Only of this owner; `-` for those without one.")
@click.option("--institution", metavar="ID", help="Only of this institution.")
@_instant
@printing
@stored
@speaking
def listed(
    state: str, owner: str | None, institution: str | None, at: str | None, form: str, store: str, lang: str,
    *, overdue: bool,
) -> None:  # fmt: skip
    """List the measures of the register, the worst first: overdue, then grave, then of a high grade.

    \b
    Examples:
      haechi actions list
      haechi actions list --overdue --institution kibo --format json
    """
    from audit.cli.actions_told import chosen, listing, now

    wanted = {"state": state, "owner": owner, "institution": institution, "overdue": "only" if overdue else ""}
    listing(chosen(store, wanted, now(at)), now(at), form, lang)


@command.command("overdue", short_help="List what is overdue; exit 1 where it is grave.")
@click.option(
    "--fail-on", type=click.Choice(SEVERITIES), default="high", show_default=True,
    help="Exit 1 for what is overdue of this severity or a worse one.",
)  # fmt: skip
@_instant
@printing
@stored
@speaking
def overdue(fail_on: str, at: str | None, form: str, store: str, lang: str) -> Exit:
    """List what is overdue with who is to be told: the owner after 14 days, whoever is accountable after 30, the
    ministry after 60. A day ends in the time zone of the estate. What is said to be done but was not re-tested is
    overdue as well.

    Exit code 1 where something as grave as --fail-on is overdue, else 0.

    \b
    Examples:
      haechi actions overdue
      haechi actions overdue --at 2026-12-31T18:00+09:00 --format json
    """
    from audit.cli.actions_told import chosen, listing, now
    from audit.model.verdict import Severity

    until = now(at)
    found = chosen(store, {"state": "pending", "overdue": "only"}, until)
    listing(found, until, form, lang)
    grave = any(one.origin.severity.rank <= Severity(fail_on).rank for one in found.shown)
    return Exit.FAILED if grave else Exit.READY


@command.command("add", short_help="Write down measures for findings.")
@click.argument("fingerprints", metavar="[FINGERPRINT]...", nargs=-1)
@click.option("--from-run", "run", metavar="RUN", help="For every failed finding of this run: an id, or `latest`.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="With --from-run: only so grave, or worse.")
@click.option("--unknown", is_flag=True, help="With --from-run: also for what is not verified.")
@_owner
@_due
@_budget
@_plan
@_by
@printing
@stored
@speaking
def add(
    fingerprints: tuple[str, ...], run: str | None, severity: str | None, by: str, form: str, store: str, lang: str,
    *, unknown: bool, **written: Any,
) -> None:  # fmt: skip
    """Write down a measure for each FINGERPRINT of the latest run, or for all failed findings of a run.

    A finding that has a measure already gets no second one. Without --owner, the owner of the system, or who is
    accountable for its institution, is written down.

    \b
    Examples:
      haechi actions add 3f0c9a1b2d4e5f60 --owner "Lee Example" --due 2026-12-31 --by "Kim Example"
      haechi actions add --from-run latest --severity critical --by "Kim Example"
    """
    from audit.app.registering_births import ALL, FAILED, Written, born
    from audit.cli.actions_told import births
    from audit.model.verdict import Severity, Verdict

    if not fingerprints and run is None:
        raise Wrong(say("name a FINGERPRINT, or --from-run RUN"))
    if fingerprints and (run is not None and (severity or unknown)):
        raise Wrong(say("--severity and --unknown choose among all findings; leave them out beside FINGERPRINT"))
    least = Severity(severity).rank if severity is not None else len(SEVERITIES)
    done = born(
        store,
        by=by,
        run=run or "latest",
        names=fingerprints,
        severities={one for one in ALL if one.rank <= least},
        verdicts=FAILED | {Verdict.UNKNOWN} if unknown else FAILED,
        written=Written(**written),
    )
    births(done, form, lang)


@command.command("update", short_help="Write down what changed about a measure.")
@click.argument("name", metavar="ID")
@click.option("--state", metavar="STATE", help="open, planned, doing, or verify once it is done; a run closes it.")
@_owner
@_due
@_budget
@_plan
@click.option("--milestone", "milestones", multiple=True, metavar="'DAY TEXT'", help="One step; may be repeated.")
@click.option("--reached", multiple=True, metavar="TEXT", help="A milestone that was reached today; may be repeated.")
@click.option("--earlier", multiple=True, metavar="ID", help="A finding of an earlier audit that it answers.")
@_by
@printing
@stored
@speaking
def update(
    name: str, milestones: tuple[str, ...], reached: tuple[str, ...], earlier: tuple[str, ...], by: str, form: str,
    store: str, lang: str, **written: Any,
) -> None:  # fmt: skip
    """Write down what changed about the measure ID (the beginning of it will do).

    An empty text takes a value away: --due "". A milestone with the text of one that is there moves that one. The
    state `verify` says that it is done; the next run that looks says whether that is so.

    \b
    Examples:
      haechi actions update 3f0c --state planned --budget "40e6 KRW" --milestone "2026-12-01 Order the line" --by Kim
      haechi actions update 3f0c --state verify --reached "Order the line" --by Kim
    """
    from audit.app.registering_births import Written, changed
    from audit.cli.actions_told import now, one, today

    day = today(store, name) if reached else ""
    steps: dict[str, Any] = {"milestones": milestones, "earlier": earlier, "reached": dict.fromkeys(reached, day)}
    one(changed(store, name, by=by, written=Written(**written, **steps)), now(None), form, lang)


@command.command("retire", short_help="Decide that a measure ends with its subject.")
@click.argument("name", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is not needed any more.")
@_by
@printing
@stored
@speaking
def retire(name: str, reason: str, by: str, form: str, store: str, lang: str) -> None:
    """Decide that the measure ID ends because its subject is no longer in the inventory.

    That a subject is gone closes nothing by itself: somebody has to stand for it. Only what the newest whole run does
    not know any more can be retired; once it is back and fails, the measure is back.

    \b
    Examples:
      haechi actions retire 3f0c --reason "the old portal was switched off on 1 December" --by "Kim Example"
    """
    from audit.app.registering_births import retired
    from audit.cli.actions_told import now, one

    one(retired(store, name, by=by, reason=reason), now(None), form, lang)


@command.command("timeline", short_help="Tell what was done about a measure, or all, in order.")
@click.argument("name", metavar="[ID]", required=False)
@printing
@stored
@speaking
def timeline(name: str | None, form: str, store: str, lang: str) -> None:
    """Tell everything that was written down or found about the measure ID, or about all, the oldest first.

    \b
    Examples:
      haechi actions timeline
      haechi actions timeline 3f0c --format json
    """
    from audit.cli.actions_told import told_in_order

    told_in_order(store, name, form, lang)


@command.command("import", short_help="Bring the register up to a sheet (CSV).")
@click.argument("sheet", metavar="FILE.csv", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@_by
@printing
@stored
@speaking
def bring(sheet: Path, by: str, form: str, store: str, lang: str, *, dry_run: bool) -> None:
    """Write down what FILE.csv says otherwise than the register: all of it, or nothing where anything is wrong.

    The columns are those of `haechi actions export`; id (or check, subject) is enough. An empty cell says nothing. A
    second time the same sheet changes nothing. What an older ledger calls closed is written down as said to be done.

    Exit code 4 with FILE:ROW:COLUMN of everything that is wrong.

    \b
    Examples:
      haechi actions import ledger.csv --dry-run --by "Kim Example"
    """
    from audit.app.registering_sheet import bring_in
    from audit.cli.actions_told import brought

    brought(bring_in(store, sheet, by=by, dry="dry" if dry_run else ""), "dry" if dry_run else "", form, lang)


@command.command("export", short_help="Write the whole register as a sheet or as JSON.")
@click.option(
    "--format", "form", type=click.Choice(("csv", "json")), default="csv", show_default=True,
    help="For a spreadsheet, or for programs.",
)  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path), help="File to write; without it, standard output.")
@_instant
@stored
@speaking
def export(form: str, output: Path | None, at: str | None, store: str, lang: str) -> None:
    """Write every measure, those that are closed too, with all that is known of it.

    \b
    Examples:
      haechi actions export --output actions.csv
      haechi actions export --format json
    """
    from audit.cli.actions_told import exported, now

    exported(store, now(at), form, output, lang)
