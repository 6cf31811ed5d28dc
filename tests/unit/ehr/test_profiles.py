"""Every line of a server profile says where it is known from, and a profile changes what is asked."""

from __future__ import annotations

from dataclasses import fields

import pytest

from ehr.errors import PlanRefused
from ehr.practice.server import running
from ehr.profiles import ServerProfile, profile_names, profile_text, read_profile

KNOWN = {field.name for field in fields(ServerProfile)} - {"name"}


def test_there_is_a_profile_for_each_kind_of_server():
    assert {"generic", "hapi", "medplum", "epic", "oracle-cerner", "smart-bulk", "us-core"} == set(profile_names())


@pytest.mark.parametrize("name", profile_names())
def test_each_line_of_a_profile_has_a_source(name):
    entries = profile_text(name)
    assert entries.keys() <= KNOWN
    assert all(len(entry["source"]) > 20 and set(entry) == {"value", "source"} for entry in entries.values())
    assert read_profile(name).page_size > 0


def test_an_unknown_profile_names_the_known_ones():
    with pytest.raises(PlanRefused, match="medplum"):
        read_profile("../generic")


def test_a_server_that_cannot_be_asked_for_changes_is_read_in_full_each_time(site, hospital):
    with running(hospital()) as url:
        first = site.pull_on(url, profile="epic")
        second = site.pull_on(url, profile="epic")
    assert second.resources == first.resources > 0


def test_a_roster_of_searches_is_refused_where_every_search_must_name_a_patient(site, hospital):
    with running(hospital()) as url, pytest.raises(PlanRefused, match="roster patients"):
        site.pull(url, profile="epic", roster="search")
