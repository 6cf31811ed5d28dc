"""Follow a search from page to page, and know when its end is not an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urljoin

from ehr.bundles import Page, read_page
from ehr.client import Client, Pairs
from ehr.errors import RequestRefused, TimeIsUp, UnitFailed

BAD_REQUEST, NOT_ALLOWED, URL_TOO_LONG = 400, 405, 414
# Longer addresses are cut or refused by some servers and proxies.
LONGEST_URL = 2_000
# The ways of asking, from the best to the barest; not every server sorts, counts beside a page, or takes a page length.
MANNERS: tuple[tuple[str, ...], ...] = (("_count", "_sort", "_total"), ("_count", "_sort"), ("_count",), ())
# The date parameter of each type in FHIR R4.
DATE_PARAMETERS = {
    "DiagnosticReport": "date",
    "Encounter": "date",
    "Immunization": "date",
    "MedicationAdministration": "effective-time",
    "MedicationDispense": "whenhandedover",
    "MedicationRequest": "authoredon",
    "MedicationStatement": "effective",
    "Observation": "date",
    "Procedure": "date",
    "Specimen": "collected",
}


class PageRepeated(UnitFailed):
    """Raised when a server sends a page, or a link, for the second time: the search would never end."""


def date_parameter(resource_type: str) -> str | None:
    """The parameter by which a type is searched by its clinical date; None where it has none."""
    return DATE_PARAMETERS.get(resource_type)


def first_page(client: Client, resource_type: str, pairs: Pairs) -> Page:
    """The first page of a search, asked for in the best way that the server understands for this type.

    Raises:
        ForeignHost, RequestRefused, AnswerUnusable, ConnectionLost, TokenRefused: see `Client.get`.
    """
    values = {"_count": str(client.access.page_size), "_sort": "_lastUpdated", "_total": "accurate"}
    manner = client.manners.get(resource_type, 0)
    while True:
        asked = [*pairs, *((name, values[name]) for name in MANNERS[manner])]
        try:
            page = _ask(client, client.search_url(resource_type, asked))
        except RequestRefused as error:
            if error.status != BAD_REQUEST or manner + 1 == len(MANNERS):
                raise
            manner += 1
        else:
            client.manners[resource_type] = manner
            return page


def _ask(client: Client, url: str) -> Page:
    """By GET; by POST what makes too long an address, and what GET is refused for."""
    if len(url) > LONGEST_URL:
        try:
            return client.get(url, read_page, form=True)
        except RequestRefused:
            # Some servers know no POST searches at all, and answer 404.
            return client.get(url, read_page)
    try:
        return client.get(url, read_page)
    except RequestRefused as error:
        if error.status not in (NOT_ALLOWED, URL_TOO_LONG):
            raise
        return client.get(url, read_page, form=True)


def walk_on(client: Client, page: Page, is_over: Callable[[], bool] = lambda: False) -> Iterator[Page]:
    """The pages after a first one, by `next` links, which are followed as they are.

    Raises:
        PageRepeated: a link or a page came before; what was yielded until then is real but not all.
        TimeIsUp: `is_over` said so before the next page.
        ForeignHost, RequestRefused, AnswerUnusable, ConnectionLost, TokenRefused: see `Client.get`.
    """
    if page.next_url is None:
        return
    walk = _Walk(client, is_over, {_content(page)} if page.entries else set())
    # The next page is asked for while the one before is worked on: one request at a time all the same.
    with ThreadPoolExecutor(1, thread_name_prefix="page") as ahead:
        coming = ahead.submit(walk.fetch, page.next_url)
        while True:
            page = coming.result()
            following = page.next_url
            if following is not None:
                coming = ahead.submit(walk.fetch, following)
            yield page
            if following is None:
                return


@dataclass(slots=True)
class _Walk:
    """A walk from link to link: where it is, and what it has seen."""

    client: Client
    is_over: Callable[[], bool]
    seen_pages: set[int]
    seen_urls: set[int] = field(default_factory=set)
    url: str = ""

    def fetch(self, link: str) -> Page:
        # A relative link is completed as a browser would; an absolute one stays as it is.
        self.url = urljoin(self.url or f"{self.client.access.base}/", link)
        if hash(self.url) in self.seen_urls:
            raise PageRepeated("the server repeated a link")
        if self.is_over():
            raise TimeIsUp("the time of the pull was up before the last page")
        self.seen_urls.add(hash(self.url))
        page = self.client.get(self.url, read_page)
        if page.entries and _content(page) in self.seen_pages:
            raise PageRepeated("the server repeated a page")
        self.seen_pages.add(_content(page))
        return page


def walk_pages(client: Client, url: str, is_over: Callable[[], bool] = lambda: False) -> Iterator[Page]:
    """The pages of anything that pages, from its first address.

    Raises:
        As `walk_on`.
    """
    page = client.get(url, read_page)
    yield page
    yield from walk_on(client, page, is_over)


def _content(page: Page) -> int:
    return hash(tuple(entry.line for entry in page.entries))
