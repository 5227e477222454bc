"""The catalogue becomes the page docs/kinds.md; run as a module, it writes it."""

from pathlib import Path
from typing import Final

from audit.catalogue import discover
from audit.cli.kinds_listed import chosen, markdown
from reports.translate import Translator

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "kinds.md"


def page() -> str:
    """The page as it must be."""
    return "".join(f"{text}\n" for text in markdown(chosen(discover(), ()), Translator("en")))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
