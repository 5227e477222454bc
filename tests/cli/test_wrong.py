"""What click says of a command line in, a sentence that can be translated out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from audit.cli.wrong import SAID, Misfit, Wrong, known, retold
from audit.model.message import Message, say
from audit.model.units import parse_duration, parse_instant

CLICK = Path(click.__file__).parent
COMMANDS = Path(__file__).parents[2] / "audit" / "cli"
TOLD_BY_THE_HELP = {"Usage:", "Options", "Commands", "default: {default}"}
NEVER = {
    "{name} {filename!r} does not exist.": "no path has to exist: the command says more of it",
    "{name} {filename!r} is a file.": "no path has to be a folder",
    "{name} {filename!r} is not writable.": "no path has to be writable",
    "{name} {filename!r} is not executable.": "no path has to be a program",
    "{value!r} does not match the format {format}.": "times are of our own type",
    "{value!r} does not match the formats {formats}.": "times are of our own type",
    "{value!r} is not a valid boolean. Recognized values: {states}": "flags take no value",
    "{value!r} is not a valid UUID.": "nothing is one",
    "{value!r} is not {choice}.": "no choice of one",
    "{len_type} values are required, but {len_value} was given.": "no option takes several values",
    "{len_type} values are required, but {len_value} were given.": "no option takes several values",
    "Takes {nargs} values but 1 was given.": "no option takes several values",
    "Takes {nargs} values but {len} were given.": "no option takes several values",
    "Argument {name!r} takes {nargs} values.": "no argument takes so many",
    "Option {name!r} requires {nargs} arguments.": "no option takes several values",
    "Value must be an iterable.": "values come from a command line",
    "Could not open file {filename!r}: {message}": "files are opened by the commands",
    "unknown error": "files are opened by the commands",
    "Missing parameter": "all are options or arguments",
    "Missing {param_type}": "all are options or arguments",
    "Missing parameter: {param_name}": "not shown, only kept in the exception",
    "Choice({choices})": "not shown",
    "Aborted!": "main says `interrupted`",
    "deprecated": "nothing is",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}": "nothing is",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}": "nothing is",
    "Positional arguments": "arguments are told in the text",
    "env var: {var}": "no option has one",
    "(dynamic)": "what is reckoned has words of ours",
    "file": "a type without a message",
    "directory": "a type without a message",
    "path": "a type without a message",
    "Boolean option {decl!r} cannot use the same flag for true/false.": "a mistake of whoever writes a command",
    "Invalid start character for option ({option})": "a mistake of whoever writes a command",
}


def literals(*names: str) -> Iterator[str]:
    """What click hands to gettext, but for mistakes of whoever writes a command."""
    for name in names:
        tree = ast.parse((CLICK / name).read_text("utf-8"))
        mistakes = [node for node in ast.walk(tree) if isinstance(node, ast.Raise) and "TypeError" in ast.dump(node)]
        left_out = {id(inner) for node in mistakes for inner in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and id(node) not in left_out and isinstance(node.func, ast.Name):
                texts = node.args[: {"_": 1, "ngettext": 2}.get(node.func.id, 0)]
                yield from (one.value for one in texts if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_every_sentence_of_click_is_known() -> None:
    unknown = set()
    for text in literals("core.py", "exceptions.py", "formatting.py", "parser.py", "types.py"):
        kinds = text.replace("{name} ", "File ").replace("{number_type}", "integer range")
        said = re.sub(r"\{[a-z_]+(!r)?\}", "x", kinds) + (
            " 'x'." if text in ("Missing argument", "Missing option") else ""
        )
        (told,) = retold(said if said.startswith("Error: ") else f"Error: {said}", click.UsageError(""))
        if not isinstance(told, Message) or (not told.parts and text != "Error: {message}"):
            unknown.add(text)
    assert unknown - {*NEVER, *TOLD_BY_THE_HELP} == set()


def test_each_sentence_is_found_again() -> None:
    for one in SAID:
        text = one.filled(**dict.fromkeys(re.findall(r"\{([a-z]+)\}", one.template), "'a'")).english()
        again = known(text)
        assert isinstance(again, Message)
        assert str(again) == text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("Invalid value for '--top': 'z' is not a valid integer range.", "{value} is not a valid integer range."),
        ("Missing option '--as'. Choose from:\n\tocsf,\n\tsarif", "Choose from:\n\t{choices}"),
        ("No such option '--x'. (Did you mean one of: '--a', '--b'?)", "(Did you mean one of: {close}?)"),
        ("No such command 'x'. Did you mean 'y'?", "Did you mean {close}?"),
    ],
)
def test_a_sentence_in_another(error: str, told: str) -> None:
    (says,) = retold(f"Error: {error}\n", click.UsageError(error))
    assert isinstance(says, Message)
    assert str(says) == f"Error: {error}"
    assert says.parts["message"].parts["message"].template == told


@pytest.mark.parametrize("text", ["", "what nobody foresaw", "Missing something else.", "{value}"])
def test_what_nobody_knows_stays(text: str) -> None:
    assert known(text) == text


def test_words_of_ours_go_through() -> None:
    says = say("{path} is a folder; name a file in it", path="x: y.")
    for wrong in (Wrong(says), Misfit(says)):
        (told,) = retold(f"Error: {wrong.format_message()}\n", wrong)
        assert isinstance(told, Message)
        inner = told.parts["message"]
        assert inner.parts.get("message", inner) == says


@pytest.mark.parametrize(("parse", "bad"), [(parse_duration, "9q"), (parse_instant, "q"), (parse_duration, "9999999y")])
def test_what_a_quantity_says_goes_through(parse: type, bad: str) -> None:
    try:
        parse(bad)
    except ValueError as broken:
        wrong = click.BadParameter(str(broken), param_hint="'--for'")
        wrong.__cause__ = broken
    (told,) = retold(f"Error: {wrong.format_message()}\n", wrong)
    assert isinstance(told, Message)
    assert str(told) == f"Error: {wrong.format_message()}"
    assert told.parts["message"].parts["message"].template == "expected {right}, got {got}"


def test_no_command_complains_in_english_only() -> None:
    plain = []
    for path in sorted(COMMANDS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name in ("click.UsageError", "click.BadParameter", "ctx.fail") or name.endswith("self.fail"):
                assert isinstance(node, ast.Call)
                if [ast.unparse(one) for one in node.args] != ["str(broken)"]:
                    plain.append(f"{path.name}:{node.lineno}")
    assert plain == []
