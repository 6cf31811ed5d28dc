"""ops.untold_deletions: types of which the server tells no deletions and answers nothing that would show them."""

from checks.rules import ALL_MEASURES, NoRows, Suite, warn
from checks.templates import columns

SUITE = Suite(
    "ops.untold_deletions",
    (
        columns("resource_type", "reason", protects=ALL_MEASURES),
        warn(
            "deletions_are_learned",
            NoRows("select item.resource_type from {batch} as item"),
            ALL_MEASURES,
            "The server does not tell what it deleted, and cannot be asked; a deleted result stays counted until it "
            "is rejected by hand.",
        ),
    ),
)
