"""A dossier to the text of each format, read back the way a reader of that format would."""

from __future__ import annotations

from html.parser import HTMLParser

from audit.model.dossier import Dossier
from reports import formats
from reports.format import Screen

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


def printed(name: str, dossier: Dossier, language: str = "en") -> str:
    """The main document of a report."""
    return b"".join(next(formats()[name].pages(dossier, language)).chunks).decode("utf-8")


def on_screen(dossier: Dossier, language: str = "en", *, width: int = 110, colour: bool = True) -> str:
    """What a terminal gets."""
    draw = formats()["terminal"].screen
    assert draw is not None
    return b"".join(draw(dossier, language, Screen(width, colour))).decode("utf-8")


class Page(HTMLParser):
    """An HTML page as a strict reader sees it: its elements, its text, whatever is not in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()
        if self.open:
            self.wrong.append(f"never closed: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if len(dict(attrs)) != len(attrs):
            self.wrong.append(f"an attribute twice in {tag} at {self.getpos()}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()} closes another element")

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.elements if "id" in attributes]

    def links(self) -> list[str]:
        return [str(attributes["href"]) for tag, attributes in self.elements if tag == "a" and "href" in attributes]
