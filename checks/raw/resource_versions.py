"""raw.resource_versions: every version of every resource, once, with the moment from which it was known."""

from checks.rules import ALL_MEASURES, NoRows, NotNull, Suite, warn
from checks.templates import columns, filled, one_row_per

SUITE = Suite(
    "raw.resource_versions",
    (
        columns(
            "resource_type",
            "resource_id",
            "version_id",
            "last_updated",
            "content_hash",
            "known_from",
            "resource",
            "landing_file",
            "line",
            protects=ALL_MEASURES,
        ),
        *filled(
            "resource_type",
            "resource_id",
            "content_hash",
            "known_from",
            "resource",
            protects=ALL_MEASURES,
            reason="Without it the version cannot be found again, or not be told from a later one.",
        ),
        one_row_per(
            "resource_type",
            "resource_id",
            "version_id",
            "content_hash",
            "known_from",
            protects=ALL_MEASURES,
            reason="A version stored twice is counted twice; loading the same files again must change nothing.",
        ),
        warn(
            "version_id_given",
            NotNull("version_id"),
            ALL_MEASURES,
            "The server sends resources without version; changes are then told by their content alone.",
        ),
        warn(
            "content_of_the_version",
            NoRows(
                "select item.resource_type from {batch} as item where not case when json_valid(item.resource) "
                "then item.resource ->> '$.resourceType' is not distinct from item.resource_type "
                "and item.resource ->> '$.id' is not distinct from item.resource_id else false end"
            ),
            ALL_MEASURES,
            "The stored text is of another resource than its row says; it would be read as another patient's fact.",
        ),
    ),
)
