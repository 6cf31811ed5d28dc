"""cohort.evidence: which resource version supports which episode, and which were excluded why."""

from checks.rules import NoRows, Suite, stop, warn
from checks.templates import columns, filled, known_values

MEASURES = ("preexisting_infection_proportion", "infected_proportion", "infection_events", "infection_density")
SUITE = Suite(
    "cohort.evidence",
    (
        columns(
            "episode_id",
            "evidence_hash",
            "resource_type",
            "resource_id",
            "version_id",
            "role",
            "reason",
            protects=MEASURES,
        ),
        *filled(
            "evidence_hash",
            "resource_type",
            "resource_id",
            "role",
            protects=MEASURES,
            reason="Evidence that names no resource leads nowhere.",
        ),
        known_values(
            "role",
            ("supports", "excluded"),
            protects=MEASURES,
            reason="Evidence supports an episode or is excluded; there is no third role.",
        ),
        stop(
            "excluded_with_a_reason",
            NoRows(
                "select item.resource_type from {batch} as item where item.role = 'excluded' and item.reason is null"
            ),
            MEASURES,
            "What is excluded has a reason, or nobody can ask for it back.",
        ),
        stop(
            "supported_episode_exists",
            NoRows(
                "select item.resource_type from {batch} as item where item.role = 'supports' and not exists "
                "(select 1 from cohort.episodes as episodes where episodes.episode_id = item.episode_id)"
            ),
            MEASURES,
            "Evidence of an episode that is neither counted nor listed was lost on the way.",
        ),
        warn(
            "resource_is_current",
            NoRows(
                "select item.resource_type from {batch} as item "
                "where not exists (select 1 from stage.resources as "
                "resources where resources.resource_type = item.resource_type "
                "and resources.resource_id = item.resource_id)"
            ),
            MEASURES,
            "Evidence names a resource that is not among the current ones.",
        ),
    ),
)
