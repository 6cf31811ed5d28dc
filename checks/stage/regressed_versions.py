"""ops.regressed_versions: resources whose newest arrival is older than what was known before."""

from checks.rules import ALL_MEASURES, NoRows, Suite, warn
from checks.templates import columns

SUITE = Suite(
    "ops.regressed_versions",
    (
        columns("resource_type", "resource_id", "version_id", "last_updated", "known_from", protects=ALL_MEASURES),
        warn(
            "regressed_version",
            NoRows("select item.resource_type from {batch} as item"),
            ALL_MEASURES,
            "The server sent versions older than those it had sent before (a restored server or a wrong "
            "clock); "
            "the newer ones stay current.",
        ),
    ),
)
