"""The tree's sources, templates and rules to every text that the Korean catalogue must hold, with its places."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import click
from babel.messages import Message
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from audit.catalogue import discover
from audit.cli import haechi
from audit.cli.helped import Retold

ROOT: Final = Path(__file__).resolve().parents[2]
CATALOGUE: Final = ROOT / "reports/locale/ko/LC_MESSAGES/haechi.po"
PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_SPEAKING: Final = ("say", "Message")
_REPORT_TEXTS: Final = ("text", "_")


def _literal(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def spoken(source: str) -> Iterator[tuple[int, str | None]]:
    """Each call that makes a text for people: its line, its template, None where that is not a literal."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if (isinstance(node.func, ast.Name) and node.func.id in _SPEAKING) or (
            ast.unparse(node.func) in ("speak.text", "self._speak.text") and _literal(node) is not None
        ):
            yield node.lineno, _literal(node)


def sources() -> Iterator[Path]:
    for folder in ("audit", "checks", "reports"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def contexts(command: click.Command, context: click.Context) -> Iterator[click.Context]:
    """The context of a command with those of all commands below it."""
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            assert one is not None
            yield from contexts(one, one.context_class(one, context, info_name=name))


def heard(context: click.Context) -> list[str]:
    """Each text that the help of a command has translated."""
    texts: list[str] = []

    def hear(text: str) -> str:
        texts.append(text)
        return text

    context.command.format_help(context, Retold(hear))
    return texts


def helped() -> Iterator[tuple[str, str]]:
    """Each text of all help, with the words of the command."""
    for context in contexts(haechi, click.Context(haechi, info_name="haechi", help_option_names=["-h", "--help"])):
        for text in heard(context):
            yield text, context.command_path


def wanted() -> Mapping[str, list[str]]:
    """Every text with the places that use it."""
    found: dict[str, list[str]] = {}
    for path in sources():
        for at, spoken_text in spoken(path.read_text("utf-8")):
            if spoken_text is not None and PLACEHOLDER.sub("", spoken_text):
                found.setdefault(spoken_text, []).append(f"{path.relative_to(ROOT)}:{at}")
    for path in sorted((ROOT / "reports/templates").glob("*.j2")):
        with path.open("rb") as file:
            for line, _, text, _ in babel_extract(file, _REPORT_TEXTS, (), {}):
                first = text[0] if isinstance(text, tuple) else text
                if first:
                    found.setdefault(first, []).append(f"{path.relative_to(ROOT)}:{line}")
    for text, words in helped():
        found.setdefault(text, []).append(f"{words} --help")
    for check in discover().checks.values():
        for text in (check.question, check.why, check.fix):
            found.setdefault(text, []).append(f"rule {check.id}")
    return found


def entries() -> Mapping[str, Message]:
    """What the Korean catalogue holds."""
    with CATALOGUE.open("rb") as file:
        return {str(entry.id): entry for entry in read_po(file, locale="ko") if entry.id}


def missing() -> Iterator[tuple[str, list[str]]]:
    """What the catalogue does not translate, or marks as doubtful."""
    known = entries()
    for text, places in wanted().items():
        entry = known.get(text)
        if entry is None or not entry.string or entry.fuzzy:
            yield text, places


def quoted(text: str) -> str:
    for sign, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(sign, escape)
    return f'"{text}"'


def skeleton(absent: Iterable[tuple[str, list[str]]]) -> str:
    """Entries to be translated, as they are pasted into the catalogue."""
    parts = [f'#: {places[0]}\nmsgid {quoted(text)}\nmsgstr ""\n' for text, places in absent]
    return "\n".join(parts)


if __name__ == "__main__":
    lacking = list(missing())
    sys.stdout.write(skeleton(lacking))
    surplus = sorted(set(entries()) - set(wanted()))
    sys.stderr.write(f"{len(lacking)} texts without Korean; {len(surplus)} translations that nothing uses\n")
    sys.stderr.writelines(f"  unused: {text}\n" for text in surplus)
    sys.exit(bool(lacking))
