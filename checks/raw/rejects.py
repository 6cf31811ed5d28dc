"""raw.rejects: lines that cannot be used at all; each is a fact that no figure contains."""

from checks.rules import ALL_MEASURES, NoRows, Suite, warn
from checks.templates import columns, filled

SUITE = Suite(
    "raw.rejects",
    (
        columns("landing_file", "line", "resource_type", "resource_id", "reason", "known_from", protects=ALL_MEASURES),
        *filled(
            "landing_file",
            "line",
            "reason",
            protects=ALL_MEASURES,
            reason="A reject without place and reason can be neither listed nor replayed.",
        ),
        warn(
            "no_rejects",
            NoRows("select item.line from {batch} as item"),
            ALL_MEASURES,
            "Lines were rejected; what they hold is in no figure until they are mended and replayed.",
        ),
    ),
)
