"""`haechi reconcile`: an inventory with other lists of the same systems in, what differs out."""

from __future__ import annotations

from pathlib import Path

import click

from audit.cli.asked import printing, speaking
from audit.model.exit import Exit

_FILE = click.Path(path_type=Path)


@click.command("reconcile")
@click.argument("estate", type=_FILE)
@click.option("--zone", "zones", multiple=True, type=_FILE, metavar="FILE", help="A zone file of DNS.")
@click.option("--monitoring", multiple=True, type=_FILE, metavar="FILE", help="What the monitoring watches: CSV, XLSX.")
@click.option("--assets", multiple=True, type=_FILE, metavar="FILE", help="A register of assets: CSV, XLSX.")
@click.option("--firewall", multiple=True, type=_FILE, metavar="FILE", help="Who spoke with whom: CSV, XLSX, or a log.")
@click.option("--origin", default="", metavar="NAME", help="The name of the zone, where its file does not say it.")
@click.option("--column", "named", multiple=True, metavar="KEY=WORD", help="Which column holds what, as name=Host.")
@click.option("--top", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="Show so many of each.")
@printing
@speaking
def command(
    estate: Path,
    zones: tuple[Path, ...],
    monitoring: tuple[Path, ...],
    assets: tuple[Path, ...],
    firewall: tuple[Path, ...],
    origin: str,
    named: tuple[str, ...],
    top: int,
    form: str,
    lang: str,
) -> Exit:
    """Hold the inventory ESTATE against lists that others keep of the same systems.

    Listed are: what a list holds and the inventory does not; what both tell differently (address, place, owner,
    institution); systems that no list holds; conversations through a firewall that `needs:` does not name. Without
    files, those that the inventory names itself under `lists:` are read. All may be given more than once. JSON holds
    everything, text the first of each kind. Exit code 1 where something is missing, told differently or not declared,
    4 where a list is broken, else 0.

    \b
    Examples:
      haechi reconcile my-estate
      haechi reconcile my-estate --zone kibo.zone --assets register.xlsx --column name=Host
      haechi reconcile my-estate --firewall edges.csv --format json
    """
    from audit.app.reconciling import Asked, columns, hold_against
    from audit.cli.reconciled import as_json, as_text
    from audit.cli.voice import tell
    from reports.translate import Translator

    words = columns(named)
    asked = tuple(
        Asked(kind, path, str(path), words, origin)
        for kind, paths in (("dns-zone", zones), ("monitoring", monitoring), ("assets", assets), ("firewall", firewall))
        for path in paths
    )
    found = hold_against(estate, asked)
    for text in as_json(found, top) if form == "json" else as_text(found, top, Translator(lang)):
        tell(text)
    return Exit.FAILED if found.differs else Exit.READY
