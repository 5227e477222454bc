"""The name of a command in, what its help says with how quickly it can say so out."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from audit import app
from audit.cli import COMMANDS, haechi
from audit.cli.asked import STORE
from audit.cli.formats import names
from audit.cli.tongue import LANGUAGES
from reports import format as shape
from reports import formats

NAMES = [name for name, _ in COMMANDS]
HEAVY = ("anyio", "jinja2", "pydantic", "rich", "sqlalchemy", "yaml", "audit.app", "audit.catalogue", "reports")


@pytest.mark.parametrize("name", NAMES)
def test_every_help_has_an_example_with_words_for_each_option(name: str) -> None:
    context = click.Context(haechi)
    command = haechi.get_command(context, name)
    assert command is not None
    assert f"  haechi {name}" in command.get_help(click.Context(command, context)) or name == "completion"
    for option in command.params:
        assert not isinstance(option, click.Option) or option.help, option.name


def below(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """A command with those below it, each by all of its words."""
    yield path, command
    for name, one in command.commands.items() if isinstance(command, click.Group) else ():
        yield from below(one, f"{path} {name}")


@pytest.mark.parametrize("name", NAMES)
def test_every_help_fits_a_terminal_of_eighty_columns(name: str) -> None:
    context = click.Context(haechi)
    command = haechi.get_command(context, name)
    assert command is not None
    for path, one in below(command, name):
        told = one.get_help(click.Context(one, context, info_name=f"haechi {path}", terminal_width=80))
        prose = told.partition("Examples:")[0].splitlines() if name != "completion" else []
        assert [line for line in prose if len(line) > 80] == [], path
        assert not isinstance(one, click.Group) or "..." not in told.partition("Commands:")[2], path
        for option in one.params:
            assert not isinstance(option, click.Option) or option.help, f"{path} {option.name}"


def test_no_help_imports_anything_heavy() -> None:
    program = (
        "import sys\nfrom audit.cli import main\n"
        f"for name in {NAMES!r}:\n"
        "    assert main([name, '--help']) == 0\n"
        f"    print(name, *[heavy for heavy in {HEAVY!r} if heavy in sys.modules], file=sys.stderr)"
    )
    answer = subprocess.run((sys.executable, "-P", "-c", program), capture_output=True, timeout=60, check=False)
    assert answer.stderr.decode().splitlines() == NAMES


def test_what_help_knows_without_an_import_is_true() -> None:
    assert names() == tuple(formats())
    assert LANGUAGES == shape.LANGUAGES
    assert STORE == app.DEFAULT_STORE
