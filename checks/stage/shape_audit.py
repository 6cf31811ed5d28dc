"""stage.shape_audit: JSON types other than FHIR says, in what the views read."""

from checks.rules import ALL_MEASURES, NoRows, Suite, stop, warn
from checks.templates import columns, one_row_per

SUITE = Suite(
    "stage.shape_audit",
    (
        columns(
            "view_name", "resource_type", "path", "expected", "found", "is_lost", "resource_count", "of_count",
            protects=ALL_MEASURES,
        ),
        one_row_per(
            "view_name", "path", "expected", "found",
            protects=ALL_MEASURES, reason="A path that is counted twice looks worse than it is.",
        ),
        warn(
            "types_as_expected",
            NoRows("select item.path from {batch} as item"),
            ALL_MEASURES,
            "Some resources have another JSON type than FHIR says at a path that a view reads; what cannot be read "
            "is empty there.",
        ),
        stop(
            "types_mostly_readable",
            NoRows(
                "select item.path from {batch} as item "
                "where item.is_lost and item.resource_count > 0.2 * item.of_count and item.found <> 'null'"
            ),
            ALL_MEASURES,
            "More than a fifth of the resources of a type cannot be read at a path that a view reads: the feed has "
            "changed its form.",
        ),
    ),
)  # fmt: skip
