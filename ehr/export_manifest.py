"""The manifest of an export: its files, its pages, and the instant it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of a manifest. `count` is the server's own number of lines, None where it gives none."""

    url: str
    resource_type: str
    count: int | None


@dataclass(slots=True)
class Manifest:
    """What a finished job made. `needs_token` None: the server does not say."""

    transaction_at: datetime | None = None
    needs_token: bool | None = None
    output: list[ExportFile] = field(default_factory=list)
    deleted: list[ExportFile] = field(default_factory=list)
    error: list[ExportFile] = field(default_factory=list)

    def take(self, page: Mapping[str, Any], url: str) -> None:
        """Take in one page of the manifest; addresses in it may be relative to its own."""
        if self.transaction_at is None:
            self.transaction_at = _instant(page.get("transactionTime"))
        if isinstance(page.get("requiresAccessToken"), bool):
            self.needs_token = page["requiresAccessToken"]
        for name, files in (("output", self.output), ("deleted", self.deleted), ("error", self.error)):
            listed = page.get(name)
            files += [_file(entry, url) for entry in listed if _is_file(entry)] if isinstance(listed, list) else []


def safe_since(began: datetime, transaction_at: datetime | None, overlap: timedelta) -> datetime:
    """From when the next export must ask: the earlier of our kick-off and the server's word, less an overlap.

    Some servers say when the job ended, and would lose what changed while it ran.
    """
    return min(began, transaction_at or began) - overlap


def _is_file(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("url"), str)


def _file(entry: dict[str, Any], url: str) -> ExportFile:
    count = entry.get("count")
    return ExportFile(
        urljoin(url, entry["url"]), str(entry.get("type") or "Resource"), count if isinstance(count, int) else None
    )


def next_page(page: Mapping[str, Any]) -> str | None:
    """The link to the next page of a manifest; None on the last."""
    for link in page.get("link") or ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return None


def _instant(text: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant if instant.tzinfo else None
