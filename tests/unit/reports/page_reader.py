"""Reading an issued page back: its words, and every figure with the place that it names."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["figures", "words"]

SILENT = {"style", "script", "title"}


class PageReader(HTMLParser):
    """Collects visible text, and one entry per `data` element."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.figures: list[dict[str, str | None]] = []
        self.open_figure: dict[str, str | None] | None = None
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        if tag == "data":
            self.open_figure = {name.removeprefix("data-"): said for name, said in attrs} | {"text": ""}
            self.open_figure.setdefault("value", None)

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT
        if tag == "data" and self.open_figure is not None:
            self.figures.append(self.open_figure)
            self.open_figure = None

    def handle_data(self, data: str) -> None:
        if self.open_figure is not None:
            self.open_figure["text"] = f"{self.open_figure['text']}{data}"
        if not self.silent:
            self.text.append(data)


def read(page: str) -> PageReader:
    reader = PageReader()
    reader.feed(page)
    reader.close()
    return reader


def words(page: str) -> str:
    """The visible text without markup."""
    return "".join(read(page).text)


def figures(page: str, **place: str) -> list[dict[str, str | None]]:
    """Figures of a page whose place has these names, in the order of the page: text, value, and the place."""
    return [entry for entry in read(page).figures if all(entry.get(name) == said for name, said in place.items())]
