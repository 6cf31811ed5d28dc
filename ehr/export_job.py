"""One bulk export on the server: begin, wait, read what it made, let it go.

The address of a running job lies on disk until the job is let go, so that a killed run asks for the same one again:
many servers allow one job at a time, and a hospital's export takes hours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from ehr.bundles import BOM
from ehr.client import Ask, Client, Pairs
from ehr.errors import AnswerUnusable, ConnectionLost, RequestRefused, TimeIsUp, UnitFailed
from ehr.export_manifest import Manifest, next_page
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


@dataclass(slots=True)
class ExportJob:
    """One job: where it is begun (`path` below the base, with `pairs`), and where its address is kept.

    `bare` is asked for where the server refuses `pairs`; `refusal` says what it answered then.
    """

    client: Client
    path: str
    pairs: Pairs
    folder: Path
    bare: Pairs
    is_over: Callable[[], bool] = lambda: False
    refusal: str | None = None
    status_url: str | None = None
    began: datetime | None = None

    @property
    def url(self) -> str:
        """The address of the kick-off."""
        return self.client.search_url(self.path, self.pairs)

    @property
    def bare_url(self) -> str:
        """The address of a kick-off without what may be refused."""
        return self.client.search_url(self.path, self.bare)

    def begin(self, now: datetime) -> None:
        """Begin a job, or go on with the one of a run that was killed; `now` where the server has no clock.

        Raises:
            RequestRefused: the server does not export, or not this.
            AnswerUnusable, ConnectionLost, ForeignHost, TokenRefused: see `Client.get`.
        """
        kept = self._kept()
        if kept is not None:
            self.status_url, self.began, self.refusal = kept
            return
        self._let_go_of_another()
        response = self._kick_off()
        location = response.headers.get("Content-Location")
        if response.status_code != ACCEPTED or not location:
            raise AnswerUnusable("the server took the export without naming where to ask for it")
        self.status_url = urljoin(self.url, location)
        self.began = server_clock(response.headers.get("Date"), now)
        content = {"key": self._key, "status_url": self.status_url, "began": self.began.isoformat()}
        content |= {"refusal": self.refusal} if self.refusal else {}
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
            following = next_page(page)
            if following is None:
                return manifest
            url = urljoin(url, following)
        raise AnswerUnusable("the manifest of the export never ends")

    def let_go(self) -> None:
        """Tell the server that its files are no longer needed, and forget the job. That it is gone already is fine."""
        if self.status_url is not None:
            self._delete(self.status_url)
        self.forget()

    def forget(self) -> None:
        """Forget the job."""
        (self.folder / JOB_FILE).unlink(missing_ok=True)
        self.status_url = None

    def _kick_off(self) -> requests.Response:
        try:
            return self._ask(Ask(self.url, headers=KICK_OFF))
        except RequestRefused as error:
            if self.bare_url == self.url:
                raise
            response = self._ask(Ask(self.bare_url, headers=KICK_OFF))
            self.refusal = str(error)
            return response

    def _let_go_of_another(self) -> None:
        # A killed run's job for something else: many servers allow one at a time.
        status_url = self._job_file().get("status_url")
        if isinstance(status_url, str):
            self._delete(status_url)

    def _delete(self, status_url: str) -> None:
        try:
            self.client.exchange(Ask(status_url, method="DELETE")).close()
        except (UnitFailed, requests.RequestException):
            pass

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

    def _kept(self) -> tuple[str, datetime, str | None] | None:
        content = self._job_file()
        try:
            if content.get("key") == self._key:
                return str(content["status_url"]), datetime.fromisoformat(content["began"]), content.get("refusal")
        except (ValueError, KeyError, TypeError):
            return None
        return None

    def _job_file(self) -> dict[str, Any]:
        try:
            return _object((self.folder / JOB_FILE).read_bytes()) or {}
        except OSError:
            return {}


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        page = json.loads(body.removeprefix(BOM))
    except ValueError:
        return None
    return page if isinstance(page, dict) else None
