"""One bulk export on the server: begin, wait, read what it made, let it go.

The address of a running job lies on disk until the job is let go, so that a killed run asks for the same one again:
many servers allow one job at a time, and a hospital's export takes hours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from ehr.bundles import BOM
from ehr.client import Ask, Client, Pairs
from ehr.errors import AnswerUnusable, ConnectionLost, RequestRefused, TimeIsUp, UnitFailed
from ehr.landed_files import replace_file
from ehr.retries import RETRIABLE, delay_seconds
from ehr.watermarks import server_clock

JOB_FILE = "export.json"
ACCEPTED, OK, GONE = 202, 200, frozenset({404, 410})
# Servers have failed a poll or two and then gone on; a job that fails this often in a row has failed.
FAILED_POLLS = 5
LONGEST_BACKOFF = 8
MOST_MANIFEST_PAGES = 10_000
# Exactly this: with anything beside it the request is refused by some.
KICK_OFF = {"Accept": "application/fhir+json", "Prefer": "respond-async"}


class JobLost(UnitFailed):
    """Raised when the server does not know the job any more; a new one must be begun."""


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


@dataclass(slots=True)
class ExportJob:
    """One job: where it is begun (`path` below the base, with `pairs`), and where its address is kept."""

    client: Client
    path: str
    pairs: Pairs
    folder: Path
    is_over: Callable[[], bool] = lambda: False
    status_url: str | None = None
    began: datetime | None = None

    @property
    def url(self) -> str:
        """The address of the kick-off."""
        return self.client.search_url(self.path, self.pairs)

    def begin(self, now: datetime) -> None:
        """Begin a job, or go on with the one of a run that was killed; `now` where the server has no clock.

        Raises:
            RequestRefused: the server does not export, or not this.
            AnswerUnusable, ConnectionLost, ForeignHost, TokenRefused: see `Client.get`.
        """
        kept = self._kept()
        if kept is not None:
            self.status_url, self.began = kept
            return
        response = self._ask(Ask(self.url, headers=KICK_OFF))
        location = response.headers.get("Content-Location")
        if response.status_code != ACCEPTED or not location:
            raise AnswerUnusable("the server took the export without naming where to ask for it")
        self.status_url = urljoin(self.url, location)
        self.began = server_clock(response.headers.get("Date"), now)
        content = {"key": self._key, "status_url": self.status_url, "began": self.began.isoformat()}
        replace_file(self.folder / JOB_FILE, json.dumps(content).encode())

    def wait(self) -> Manifest:
        """Ask until the job is done.

        Raises:
            JobLost: the server does not know the job.
            TimeIsUp: `is_over`; the job stays on the server and is asked for again by the next run.
            UnitFailed: the job failed.
        """
        assert self.status_url is not None  # noqa: S101 - `begin` came before
        manifest, url = Manifest(), self.status_url
        for _ in range(MOST_MANIFEST_PAGES):
            page = self._poll(url)
            manifest.take(page, url)
            following = _next(page)
            if following is None:
                return manifest
            url = urljoin(url, following)
        raise AnswerUnusable("the manifest of the export never ends")

    def let_go(self) -> None:
        """Tell the server that its files are no longer needed, and forget the job. That it is gone already is fine."""
        if self.status_url is not None:
            try:
                self.client.exchange(Ask(self.status_url, method="DELETE")).close()
            except (UnitFailed, requests.RequestException):
                pass
        self.forget()

    def forget(self) -> None:
        """Forget the job."""
        (self.folder / JOB_FILE).unlink(missing_ok=True)
        self.status_url = None

    def _poll(self, url: str) -> dict[str, Any]:
        failed = polls = 0
        while True:
            if self.is_over():
                raise TimeIsUp("the time of the pull was up before the export was done")
            polls += 1
            response = self._send(Ask(url, headers={"Accept": "application/json"}))
            headers: Mapping[str, str] = {} if response is None else response.headers
            if response is None or response.status_code in RETRIABLE:
                failed += 1
            elif response.status_code == OK and (page := _object(response.content)) is not None:
                return page
            elif response.status_code == ACCEPTED:
                failed = 0
            elif response.status_code in GONE:
                raise JobLost(f"the server does not know the export any more ({response.status_code})")
            else:
                failed += 1
            if failed >= FAILED_POLLS:
                said = "no answer" if response is None else str(response.status_code)
                raise AnswerUnusable(f"the export failed ({said}, {failed} times)")
            self._rest(polls, headers)

    def _rest(self, polls: int, headers: Mapping[str, str]) -> None:
        access = self.client.access
        wanted = delay_seconds(min(polls, LONGEST_BACKOFF), headers, access.patience, self.client.jitter())
        access.sleep(min(max(wanted, access.patience.least_poll_seconds), access.patience.longest_poll_seconds))

    def _ask(self, ask: Ask) -> requests.Response:
        attempts = self.client.access.patience.attempts
        failure: UnitFailed = ConnectionLost("no attempt was made")
        for attempt in range(1, attempts + 1):
            response = self._send(ask)
            if response is None:
                failure = ConnectionLost(f"no answer, {attempt} times")
            elif response.status_code in RETRIABLE:
                failure = AnswerUnusable(f"the server answered {response.status_code}, {attempt} times")
            elif response.status_code >= 300:
                raise RequestRefused(f"the server answered {response.status_code}", response.status_code)
            else:
                return response
            if attempt < attempts:
                self.client.pause(attempt, response.headers if response is not None else {})
        raise failure

    def _send(self, ask: Ask) -> requests.Response | None:
        try:
            return self.client.exchange(ask)
        except requests.RequestException:
            return None

    @property
    def _key(self) -> str:
        return hashlib.sha256(self.url.encode()).hexdigest()

    def _kept(self) -> tuple[str, datetime] | None:
        try:
            content = json.loads((self.folder / JOB_FILE).read_text(encoding="utf-8"))
            if content["key"] == self._key:
                return str(content["status_url"]), datetime.fromisoformat(content["began"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return None


def safe_since(began: datetime, transaction_at: datetime | None, overlap: timedelta) -> datetime:
    """From when the next export must ask: the earlier of our kick-off and the server's word, less an overlap.

    Some servers say when the job ended, and would lose what changed while it ran.
    """
    return min(began, transaction_at or began) - overlap


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        page = json.loads(body.removeprefix(BOM))
    except ValueError:
        return None
    return page if isinstance(page, dict) else None


def _is_file(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("url"), str)


def _file(entry: dict[str, Any], url: str) -> ExportFile:
    count = entry.get("count")
    return ExportFile(
        urljoin(url, entry["url"]), str(entry.get("type") or "Resource"), count if isinstance(count, int) else None
    )


def _next(page: Mapping[str, Any]) -> str | None:
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
