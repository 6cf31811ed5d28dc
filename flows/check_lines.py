"""What `nadir config check` prints: the facts as text. Codes and counts, never a patient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["check_lines"]

MEGABYTE = 1_000_000
HASH_SHOWN = 12


def check_lines(facts: dict[str, Any]) -> Iterator[str]:
    """The facts of a check, one a line, parts divided by an empty line."""
    yield f"settings {facts['settings']}"
    yield f"protocol {facts['protocol']} {facts['protocol_hash'][:HASH_SHOWN]}"
    yield f"{facts['code_lists']} code lists {facts['valueset_hash'][:HASH_SHOWN]}"
    yield ""
    yield from facts["explained"]
    for row in facts["unknown_systems"]:
        place = f"site.valuesets/{row['file']}: {row['system']} in {row['rows']} rows"
        yield f"{place} is in no row of code_systems.csv: mend its spelling, or add it there"
    if "server" in facts:
        yield ""
        yield from server_lines(facts["server"])
    if "codes" in facts:
        yield ""
        yield from code_lines(facts["codes"])
    if facts["growth"]:
        yield ""
        yield from growth_lines(facts["growth"])


def server_lines(server: dict[str, Any]) -> Iterator[str]:
    """Version, roster and types of the server."""
    version, software = server["fhir_version"] or "version not told", server["software"] or "no name told"
    yield f"server {server['host']}: FHIR {version}, {software}"
    yield f"roster {server['roster']}: {server['roster_patients']} patients"
    yield from (f"  not whole: {fault}" for fault in server["roster_faults"])
    for row in server["types"]:
        told = row["refusal"] or "search by patient works"
        count = "gives no count of all" if row["count"] is None else f"{row['count']} in all"
        yield f"  {row['resource_type']:<26} {told}, {count}"
    if "sample_refusal" in server:
        yield f"no patient could be looked at for codes: {server['sample_refusal']}"
    else:
        yield f"codes below are of {server['sampled_patients']} patients, pulled for this look and not kept"


def code_lines(codes: list[dict[str, Any]]) -> Iterator[str]:
    """Share of resources with a known code by place, then the commonest unknown codes with the line to add."""
    for row in codes:
        share = 100 * row["known"] / row["resources"]
        place = f"{row['resource_type']}.{row['element']}"
        known = f"{row['known']} of {row['resources']} resources have a code that a list holds"
        yield f"{place:<36} {known} ({share:.1f} %)"
        yield from unknown_lines(row["unknown_codes"])


def unknown_lines(codes: list[dict[str, Any]]) -> Iterator[str]:
    """The codes of one place; after each the site's line, its file and header named once."""
    lines = [code["site_line"] for code in codes if code["site_line"]]
    if lines:
        yield f"    site.valuesets/{lines[0]['file']}: {lines[0]['header']}"
    for code in codes:
        yield f"  {code['resources']:>7}  {code['system'] or 'no system'} {code['code'] or 'no code'}"
        if code["site_line"]:
            yield f"           {code['site_line']['line']}"


def growth_lines(weeks: list[dict[str, Any]]) -> Iterator[str]:
    """What each of the newest weeks added to landing/."""
    for row in weeks:
        yield f"landing/ grew by {row['bytes'] / MEGABYTE:.1f} MB in {row['week']} ({row['ingests']} ingests)"
