"""The catalogue of checks with the exit codes becomes the tables of the README; run as a module, it writes them in."""

import re
from pathlib import Path

from audit.catalogue import discover
from audit.cli import MEANINGS

README = Path(__file__).resolve().parents[2] / "README.md"


def checks() -> str:
    """Every check, as the README lists it."""
    rows = [
        f"| `{one.id}` | {one.control} | {one.severity} | {one.method} | {one.least.word} | {one.question} |"
        for one in discover().checks.values()
        if ":" not in one.id
    ]
    head = "| check | control | severity | method | least evidence | what must hold |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(rows)


def exit_codes() -> str:
    """Every exit code with its meaning."""
    return "| code | meaning |\n|---:|---|\n" + "\n".join(f"| {int(code)} | {says} |" for code, says in MEANINGS)


def tabled(text: str) -> str:
    """The text of the README with its tables as they must be."""
    for name, table in (("checks", checks()), ("exit codes", exit_codes())):
        text, found = re.subn(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda parts, table=table: f"{parts[1]}{table}\n{parts[2]}",  # type: ignore[misc]
            text,
            flags=re.DOTALL,
        )
        if found != 1:
            raise ValueError(f"the README has no place for the table of {name}")
    return text


if __name__ == "__main__":
    README.write_text(tabled(README.read_text("utf-8")), "utf-8")
