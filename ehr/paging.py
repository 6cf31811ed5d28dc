"""Follow a search from page to page, and know when its end is not an end."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin

from ehr.bundles import Page, read_page
from ehr.client import Client
from ehr.errors import UnitFailed


class PageRepeated(UnitFailed):
    """Raised when a server sends a page, or a link, for the second time: the search would never end."""


def walk_pages(client: Client, url: str) -> Iterator[Page]:
    """The pages of a search, from its first address by `next` links, which are followed as they are.

    Raises:
        PageRepeated: a link or a page came before; what was yielded until then is real but not all.
        ForeignHost, RequestRefused, AnswerUnusable, ConnectionLost, TokenRefused: see `Client.get`.
    """
    seen_urls: set[str] = set()
    seen_pages: set[int] = set()
    while True:
        seen_urls.add(url)
        page = client.get(url, read_page)
        content = hash(tuple(entry.text for entry in page.entries))
        if page.entries and content in seen_pages:
            raise PageRepeated("the server repeated a page")
        seen_pages.add(content)
        yield page
        if page.next_url is None:
            return
        # A relative link is completed as a browser would; an absolute one stays as it is.
        url = urljoin(url, page.next_url)
        if url in seen_urls:
            raise PageRepeated("the server repeated a link")
