"""Writing pictures as SVG: elements, scales and axes. Colours come from the page's style sheet by class, so that one
picture serves light, dark and print; numbers have two decimals, so that the same figures give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import markupsafe

__all__ = ["Frame", "Scale", "axis_below", "axis_left", "element", "label", "mark", "nice_top", "picture"]

Pieces = Iterable[markupsafe.Markup]
TICK = 5


@dataclass(frozen=True)
class Scale:
    """A straight line from values `low`..`high` to pixels `start`..`end`.

    >>> Scale(0, 90, 40, 440)(45)
    240.0
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True)
class Frame:
    """The two scales of a plot."""

    x: Scale
    y: Scale


def pixels(value: float) -> str:
    """A coordinate with at most two decimals.

    >>> pixels(12.0), pixels(1 / 3)
    ('12', '0.33')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, content: Pieces | str = "", **attributes: object) -> markupsafe.Markup:
    """One element; text is escaped, `class_` and names with `_` are written as SVG has them.

    >>> str(element("text", "a < b", x=1.5, class_="tick"))
    '<text x="1.5" class="tick">a &lt; b</text>'
    """
    written = "".join(f' {name_of(key)}="{text_of(value)}"' for key, value in attributes.items() if value is not None)
    inner = markupsafe.escape(content) if isinstance(content, str) else markupsafe.Markup("").join(content)
    if not inner:
        return markupsafe.Markup(f"<{name}{written}/>")  # noqa: S704  every part is escaped above
    return markupsafe.Markup(f"<{name}{written}>{inner}</{name}>")  # noqa: S704  every part is escaped above


def name_of(key: str) -> str:
    """`class_` is class, `text_anchor` is text-anchor, `viewBox` is itself."""
    return key.rstrip("_").replace("_", "-")


def text_of(value: object) -> str:
    """An attribute's value: real numbers as pixels, everything else escaped."""
    return pixels(value) if isinstance(value, float) else str(markupsafe.escape(value))


def label(text: str, x: float, y: float, css: str = "tick", **attributes: object) -> markupsafe.Markup:
    """Words in a picture."""
    return element("text", text, x=float(x), y=float(y), class_=css, **attributes)


def mark(tip: str, *shapes: markupsafe.Markup) -> markupsafe.Markup:
    """Shapes that say what they are when pointed at: as a title without script, as a tooltip with it."""
    return element("g", (element("title", tip), *shapes), class_="mark")


def picture(size: tuple[float, float], alternative: str, content: Pieces, css: str = "") -> markupsafe.Markup:
    """A whole picture of `size` pixels, described by `alternative` for those who do not see it."""
    width, height = size
    return element(
        "svg",
        content,
        viewBox=f"0 0 {pixels(width)} {pixels(height)}",
        role="img",
        aria_label=alternative,
        class_=f"picture {css}".strip(),
    )


def axis_below(frame: Frame, ticks: Sequence[float], title: str, names: Mapping[float, str] | None = None) -> Pieces:
    """The axis of days or weeks under a plot, with its title."""
    x, bottom = frame.x, frame.y.start
    yield element("line", x1=float(x.start), x2=float(x.end), y1=float(bottom), y2=float(bottom), class_="axis")
    for tick in ticks:
        at = x(tick)
        yield element("line", x1=at, x2=at, y1=float(bottom), y2=float(bottom + TICK), class_="axis")
        text = f"{tick:g}".replace("-", "−") if names is None else names[tick]
        yield label(text, at, bottom + TICK + 13, text_anchor="middle")
    yield label(title, (x.start + x.end) / 2, bottom + TICK + 30, "axis-title", text_anchor="middle")


def axis_left(frame: Frame, ticks: Sequence[float], title: str, unit: str = "") -> Pieces:
    """The axis of values, as light lines across the plot, its title on top."""
    x, y = frame.x, frame.y
    for tick in ticks:
        at = y(tick)
        yield element("line", x1=float(x.start), x2=float(x.end), y1=at, y2=at, class_="grid")
        yield label(f"{tick:g}{unit}", x.start - 7, at + 4, text_anchor="end")
    yield label(title, 0, y.end - 14, "axis-title")


def nice_top(highest: float, steps: int = 4) -> list[float]:
    """Ticks from 0 to a round number at or above `highest`.

    >>> nice_top(33.4), nice_top(0)
    ([0.0, 10.0, 20.0, 30.0, 40.0], [0.0, 1.0])
    """
    if highest <= 0:
        return [0.0, 1.0]
    raw = highest / steps
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= raw * 0.999)
    return [round(step * tick, 10) for tick in range(math.ceil(highest / step - 1e-9) + 1)]
