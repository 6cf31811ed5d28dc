"""raw.deletions: what the server no longer has, and since when that was known."""

from checks.rules import ALL_MEASURES, Suite
from checks.templates import columns, filled

SUITE = Suite(
    "raw.deletions",
    (
        columns("resource_type", "resource_id", "known_from", "learned_by", protects=ALL_MEASURES),
        *filled(
            "resource_type",
            "resource_id",
            "known_from",
            protects=ALL_MEASURES,
            reason=("A deletion without its resource or moment removes nothing, and a withdrawn fact stays counted."),
        ),
    ),
)
