"""Take a person's identifiers out of issued weeks: the rows and figures stay as issued, who it was does not.

Pages, tables and workbooks are rewritten with a word in the identifier's place, and the manifest with their digests.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from reports.files import sha256_of, write_bytes, write_text

__all__ = ["WORD", "Redactor", "redact_weeks"]

WORD = "forgotten"
TEXTS = frozenset({".html", ".csv", ".json", ".xml"})
ZIPPED = frozenset({".xlsx"})
MANIFEST = "manifest.json"
LONG = 6
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[.-]+[A-Za-z0-9]+)*")
_DIVIDERS = re.compile(r"([.-]+)")


class Redactor:
    """Replaces identifiers of one person: a server's ids, a local number.

    A short one is replaced only where it is all that stands in its cell or its part of a reference: a year or a ward
    may be spelt the same.

    >>> Redactor(["p-1", "a1b2c3d4"]).text('<td>p-1</td><td>p-11</td> Patient/p-1/3 row-a1b2c3d4 p-1 of 3')
    '<td>forgotten</td><td>p-11</td> Patient/forgotten/3 row-forgotten p-1 of 3'
    """

    def __init__(self, identifiers: Iterable[str]) -> None:
        self._names = frozenset(name for name in identifiers if name)
        odd = sorted((name for name in self._names if not _TOKEN.fullmatch(name)), key=len, reverse=True)
        self._odd = re.compile("|".join(re.escape(name) for name in odd)) if odd else None

    def text(self, content: str) -> str:
        """The text with the word in place of each identifier."""
        if self._odd is not None:
            content = self._odd.sub(WORD, content)
        return _TOKEN.sub(self._token, content)

    def _token(self, found: re.Match[str]) -> str:
        token = found[0]
        if token in self._names:
            return WORD if len(token) >= LONG or _stands_alone(found) else token
        parts = _DIVIDERS.split(token)
        for first in range(0, len(parts), 2):
            for last in range(len(parts), first, -2):
                name = "".join(parts[first:last])
                if len(name) >= LONG and name in self._names:
                    return "".join([*parts[:first], WORD, *parts[last:]])
        return token

    def file(self, path: Path) -> bool:
        """Rewrite one file if it names the person; whether it did."""
        if path.suffix in TEXTS:
            before = path.read_bytes()
            after = self.text(before.decode("utf-8")).encode("utf-8")
        elif path.suffix in ZIPPED:
            before = path.read_bytes()
            after = self._zipped(before)
        else:
            return False
        if after != before:
            write_bytes(path, after)
        return after != before

    def _zipped(self, content: bytes) -> bytes:
        parts = []
        changed = False
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                raw = archive.read(entry)
                if entry.filename.endswith(".xml"):
                    new = self.text(raw.decode("utf-8")).encode("utf-8")
                    changed = changed or new != raw
                    raw = new
                parts.append((entry, raw))
        if not changed:
            return content
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for entry, raw in parts:
                archive.writestr(entry, raw, compress_type=entry.compress_type)
        return made.getvalue()


def _stands_alone(found: re.Match[str]) -> bool:
    before, after = found.string[max(0, found.start() - 1) : found.start()], found.string[found.end() : found.end() + 1]
    return before in ("", ">", '"', "/", "=", ",", "\n") and after in ("", "<", '"', "/", "&", ",", "\n")


def redact_weeks(reports: Path, identifiers: Iterable[str]) -> int:
    """Redact every issued week that names the person; how many files changed. Asking again changes nothing.

    Raises:
        BundleNotWritten: the disk refuses; each file is as it was or redacted.
    """
    redactor = Redactor(identifiers)
    changed = 0
    for manifest in sorted(reports.glob(f"*/*/{MANIFEST}")):
        files = [path for path in sorted(manifest.parent.iterdir()) if path != manifest and path.is_file()]
        changed += sum(redactor.file(path) for path in files)
        content = json.loads(manifest.read_text(encoding="utf-8"))
        digests = {path.name: sha256_of(path) for path in files if path.name in content["files"]}
        if digests != content["files"]:
            # Also after a kill between a file and its manifest.
            text = json.dumps(
                content | {"files": digests, "redacted": True}, indent=2, sort_keys=True, ensure_ascii=False
            )
            write_text(manifest, text + "\n")
    return changed
