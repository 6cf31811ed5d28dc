"""stage.resources: the current version of each resource as of the run."""

from checks.rules import ALL_MEASURES, NoRows, Suite, stop
from checks.templates import columns, filled, one_row_per

SUITE = Suite(
    "stage.resources",
    (
        columns(
            "resource_type",
            "resource_id",
            "version_id",
            "last_updated",
            "known_from",
            "content_hash",
            protects=ALL_MEASURES,
        ),
        *filled(
            "resource_type",
            "resource_id",
            "known_from",
            protects=ALL_MEASURES,
            reason="A current version without key or moment cannot be traced back to what was received.",
        ),
        one_row_per(
            "resource_type",
            "resource_id",
            protects=ALL_MEASURES,
            reason="Two current versions of one resource count its infection, drug or death twice.",
        ),
        stop(
            "known_by_as_of",
            NoRows(
                "select item.resource_type from {batch} as item cross join ref.run where item.known_from > run.as_of"
            ),
            ALL_MEASURES,
            "A version that was not yet known would make a past week look better informed than it was.",
        ),
    ),
)
