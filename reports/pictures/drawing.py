"""Shapes to the text of one SVG picture, with every name escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from audit.model.clean import xml
from reports.pictures.widths import fitted, width

WIDE: Final = 768.0
"""As wide as a picture is on a screen, where one unit is one pixel; on A4 a unit is 0.9 of that."""
NARROW: Final = 352.0
"""As wide as the screen of a telephone leaves."""
SIZE: Final = 12
SMALL: Final = 11
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in a picture."""

    x: float
    y: float
    width: float
    height: float

    def touches(self, other: Area) -> bool:
        """Whether two of them share more than an edge."""
        return (
            self.x < other.x + other.width - 0.01
            and other.x < self.x + self.width - 0.01
            and self.y < other.y + other.height - 0.01
            and other.y < self.y + self.height - 0.01
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; `says` is read when somebody points at it."""

    x: float
    y: float
    width: float
    height: float
    look: str
    says: str = ""

    def svg(self) -> str:
        """The element."""
        place = f'x="{_n(self.x)}" y="{_n(self.y)}" width="{_n(self.width)}" height="{_n(self.height)}"'
        if self.says:
            return f'<rect class="{self.look}" {place}><title>{_safe(self.says)}</title></rect>'
        return f'<rect class="{self.look}" {place}/>'


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line or a curve, by the commands of a path."""

    path: str
    look: str

    def svg(self) -> str:
        """The element."""
        return f'<path class="{self.look}" d="{self.path}"/>'


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text that stands on `y`."""

    x: float
    y: float
    text: str
    look: str = ""
    size: Literal[12, 11] = SIZE
    anchor: Anchor = "start"

    @property
    def area(self) -> Area:
        """About what it covers."""
        wide = width(self.text, self.size)
        start = self.x - (wide if self.anchor == "end" else wide / 2 if self.anchor == "middle" else 0)
        return Area(start, self.y - 0.82 * self.size, wide, 1.04 * self.size)

    def svg(self) -> str:
        """The element."""
        looks = ("s" * (self.size < SIZE), self.anchor[0] * (self.anchor != "start"), self.look)
        look = f' class="{" ".join(filter(None, looks))}"' if any(looks) else ""
        return f'<text x="{_n(self.x)}" y="{_n(self.y)}"{look}>{_safe(self.text)}</text>'


Shape = Box | Stroke | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture; `title` is its name, `tells` what it shows for those who hear it."""

    width: float
    height: float
    title: str
    tells: str
    shapes: tuple[Shape, ...]

    @property
    def labels(self) -> Iterator[Label]:
        """Every text in it."""
        return (shape for shape in self.shapes if isinstance(shape, Label) and shape.text)

    @property
    def svg(self) -> str:
        """The element; its colours stand in the style of the page."""
        head = f'<svg class="picture" viewBox="0 0 {_n(self.width)} {_n(self.height)}" role="img"'
        name = _safe(self.title)
        said = f"<title>{name}</title><desc>{_safe(self.tells)}</desc>"
        return f'{head} aria-label="{name}">{said}{"".join(shape.svg() for shape in self.shapes)}</svg>'

    def __html__(self) -> str:
        """What Jinja prints as it is: everything in it is escaped already."""
        return self.svg


def label(
    x: float,
    y: float,
    text: str,
    most: float,
    look: str = "",
    *,
    size: Literal[12, 11] = SIZE,
    anchor: Anchor = "start",
) -> Label:
    """A text that is cut where it is wider than `most`."""
    return Label(x, y, fitted(text, size, most), look, size, anchor)


def rule(x1: float, y1: float, x2: float, y2: float, look: str) -> Stroke:
    """A straight line."""
    return Stroke(f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}", look)


def fields(areas: Iterable[Area], look: str) -> Stroke:
    """Many rectangles of one look, as one element."""
    return Stroke(
        "".join(f"M{_n(one.x)} {_n(one.y)}h{_n(one.width)}v{_n(one.height)}h{_n(-one.width)}z" for one in areas),
        look,
    )


def polyline(points: Iterable[tuple[float, float]], look: str) -> Stroke:
    """A line through points."""
    return Stroke("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points), look)


def curve(x1: float, y1: float, x2: float, y2: float, look: str) -> Stroke:
    """A line that leaves and arrives level."""
    middle = (x1 + x2) / 2
    return Stroke(f"M{_n(x1)} {_n(y1)}C{_n(middle)} {_n(y1)} {_n(middle)} {_n(y2)} {_n(x2)} {_n(y2)}", look)


def _n(value: float) -> str:
    """A number with no more digits than can be seen."""
    return f"{value:.1f}".removesuffix(".0")


def _safe(text: str) -> str:
    return escape(" ".join(xml(text).split()))
