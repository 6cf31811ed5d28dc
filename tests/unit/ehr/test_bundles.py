"""Resources are cut out of a page as they were written."""

from __future__ import annotations

import doctest
import json

import pytest

import ehr.access
import ehr.manifest
import ehr.retries
from ehr.access import Patience
from ehr.bundle_scan import scan_bundle
from ehr.bundles import NotReadable, read_page
from ehr.retries import delay_seconds, retry_after_seconds


def test_a_resource_keeps_its_digits_and_its_escapes():
    resource = r'{"resourceType":"Observation","valueQuantity":{"value": 6.3100},"text":"\u00e9\n"}'
    page = read_page(f'{{"resourceType":"Bundle","entry":[{{"resource": {resource} }}]}}'.encode())
    assert page.entries[0].line == resource.encode()


def test_line_breaks_between_tokens_are_taken_out():
    page = read_page(
        b'{"resourceType":"Bundle",\r\n "entry": [\n {"resource": {\n"resourceType":\n"Patient"\n} } ] }\n'
    )
    assert page.entries[0].line == b'{ "resourceType": "Patient" }'


def test_entries_without_resource_are_no_resources():
    page = read_page(b'{"resourceType":"Bundle","entry":[{"response":{"status":"204"}},{}]}')
    assert [entry.resource_type for entry in page.entries] == ["", ""]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "<html></html>",
        "[]",
        "null",
        "{",
        '{"resourceType":"Bundle"',
        '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}}',
        '{"resourceType":"Bundle"}{}',
        '{"resourceType":"OperationOutcome"}',
        '{"resourceType" "Bundle"}',
    ],
)
def test_what_is_no_whole_bundle_is_not_readable(text):
    with pytest.raises(NotReadable):
        read_page(text.encode())


def test_next_link_and_total_are_read_and_may_be_absent():
    page = read_page(b'{"resourceType":"Bundle","total":3,"link":[{"relation":"next","url":"http://x/y"}]}')
    assert (page.next_url, page.total) == ("http://x/y", 3)
    bare = read_page(b'{"resourceType":"Bundle"}')
    assert (bare.next_url, bare.total, bare.entries) == (None, None, [])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "1795333933"}, None),
        ({"Retry-After": "1795333932924"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Mon, 02 Mar 2026 08:01:00 GMT", "Date": "Mon, 02 Mar 2026 08:00:00 GMT"}, 60.0),
        ({"Retry-After": "Mon, 02 Mar 2026 08:01:00 GMT"}, None),
        ({"RateLimit": '"requests";r=0;t=58'}, 58.0),
        ({}, None),
    ],
)
def test_retry_after_is_read_or_taken_as_nonsense(headers, seconds):
    assert retry_after_seconds(headers) == seconds


def test_backoff_doubles_and_is_capped():
    waits = [delay_seconds(attempt, {}, Patience(), 1.0) for attempt in (1, 2, 3, 20)]
    assert waits == [0.5, 1.0, 2.0, 60.0]


@pytest.mark.parametrize("module", [ehr.access, ehr.manifest, ehr.retries])
def test_the_examples_in_docstrings_are_true(module):
    assert doctest.testmod(module).failed == 0


SEAM = '},"search":{"mode":"match"}},{"fullUrl":"http://x/2","resource":{'


@pytest.mark.parametrize(
    "resource",
    [
        '{"resourceType":"Patient","id":"1"}',
        '{"resourceType":"Parameters","parameter":[{"name":"a","resource":{"resourceType":"Patient","id":"inner"}}]}',
        '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}},{"resource":{"id":"2"}}]}',
        '{"resourceType":"Patient","text":' + json.dumps(SEAM) + "}",
        '{"resourceType":"Patient","a":[[{"b":[]}]],"c":{}}',
        '{"resourceType":"Patient","value":NaN}',
        '{"resourceType":"Patient","name":"\\ud800"}',
        "{}",
    ],
)
@pytest.mark.parametrize("shape", ['{"fullUrl":"u","resource":%s,"search":{"mode":"match"}}', '{ "resource" : %s }'])
def test_a_page_is_cut_into_the_same_pieces_as_when_read_character_by_character(resource, shape):
    entries = ",".join(shape % text for text in (resource, '{"resourceType":"Patient","id":"9"}', resource))
    body = f'{{"resourceType":"Bundle","link":[],"entry":[{entries}],"total":3}}'
    lines = [entry.line.decode() for entry in read_page(body.encode()).entries]
    scanned = [body[entry.start : entry.end] for entry in scan_bundle(body).entries]
    assert lines == scanned == [resource, '{"resourceType":"Patient","id":"9"}', resource]
