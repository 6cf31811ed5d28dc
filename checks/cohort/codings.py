"""cohort.codings: every coding in the spelling of the value sets. What no list knows: counts.unmapped_codes."""

from checks.rules import ALL_MEASURES, Suite
from checks.templates import columns, filled

SUITE = Suite(
    "cohort.codings",
    (
        columns(
            "resource_type",
            "resource_id",
            "element",
            "component_number",
            "system",
            "code",
            "display",
            protects=ALL_MEASURES,
        ),
        *filled(
            "resource_type",
            "resource_id",
            "element",
            protects=ALL_MEASURES,
            reason="A code without its resource and place belongs to nobody.",
        ),
    ),
)
