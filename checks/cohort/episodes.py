"""cohort.episodes: infections that count, and what is listed with its reason."""

from checks.rules import NoRows, Suite, stop, warn
from checks.templates import columns, filled, one_row_per

MEASURES = (
    "preexisting_infection_proportion", "infected_proportion", "infection_events", "infection_density",
    "cumulative_incidence",
)  # fmt: skip
PROGRESSION = ("progression_proportion", "progression_broad_proportion", "crs_progression_association")
INSIDE = (
    "select item.episode_id from {batch} as item where item.counted and not exists "
    "(select 1 from cohort.person_time as days where days.patient_id = item.patient_id "
    "and days.course_number = item.course_number and days.window_name = item.window_name and days.days > 0 "
    "and item.onset_on between days.start_on and days.end_on)"
)
EVIDENCE = (
    "select item.episode_id from {batch} as item where not exists (select 1 from cohort.evidence as evidence "
    "where evidence.episode_id = item.episode_id and (evidence.role = 'supports' or not item.counted))"
)
CLASSES = (
    "select item.episode_id from (select episodes.episode_id, unnest(episodes.infection_class) as "
    "infection_class "
    "from {batch} as episodes) as item where not exists "
    "(select 1 from ref.infection_classes as classes where classes.infection_class = item.infection_class)"
)
REASONS = (
    "select item.episode_id from {batch} as item where item.not_counted_reason is not null and not exists "
    "(select 1 from cohort.not_counted_reasons as reasons where reasons.reason = item.not_counted_reason) "
    "and not exists (select 1 from ref.infection_codes as codes "
    "where codes.not_counted_reason = item.not_counted_reason)"
)
SITES = (
    "select item.episode_id from (select episodes.episode_id, unnest(episodes.site) as site from "
    "{batch} as episodes) "
    "as item where not exists (select 1 from ref.sites as sites where sites.site = item.site)"
)
SUITE = Suite(
    "cohort.episodes",
    (
        columns(
            "episode_id",
            "patient_id",
            "course_number",
            "onset_on",
            "onset_day",
            "window_name",
            "infection_class",
            "site",
            "documentation",
            "organisms",
            "first_sign_on",
            "before_infusion",
            "organism_from_code",
            "severity_grade",
            "counted",
            "not_counted_reason",
            "active_in_look_back",
            "progressed",
            "progression_criterion",
            "progression_on",
            "progressed_broad",
            "progression_broad_criterion",
            "progression_broad_on",
            "rule",
            protects=MEASURES,
        ),
        *filled(
            "episode_id",
            "patient_id",
            "counted",
            "rule",
            protects=MEASURES,
            reason="An episode of nobody, or one that is neither counted nor listed, is in no figure.",
        ),
        one_row_per("episode_id", protects=MEASURES, reason="An episode twice is two infections."),
        stop(
            "counted_or_listed_with_a_reason",
            NoRows(
                "select item.episode_id from {batch} as item where item.counted = (item.not_counted_reason is not null)"
            ),
            MEASURES,
            "What is not counted has exactly one reason, what is counted none.",
        ),
        stop(
            "reason_is_a_fixed_key",
            NoRows(REASONS),
            MEASURES,
            "Reasons are fixed keys; another one is in no row of the funnel.",
        ),
        stop(
            "counted_inside_person_time",
            NoRows(INSIDE),
            MEASURES,
            "Numerator and denominator share one interval; this infection has no day at risk under it.",
        ),
        stop(
            "onset_day_counts_from_day_0",
            NoRows(
                "select item.episode_id from {batch} as item inner join cohort.courses as courses "
                "on item.patient_id = courses.patient_id and item.course_number = courses.course_number "
                "where item.onset_day != item.onset_on - courses.day0_on"
            ),
            MEASURES,
            "The day of onset is counted from day 0 of its own course.",
        ),
        stop(
            "class_known",
            NoRows(CLASSES),
            MEASURES,
            "A class that the table of classes does not hold has no headline label.",
        ),
        stop(
            "counted_has_a_class",
            NoRows(
                "select item.episode_id from {batch} as item where item.counted "
                "and len(coalesce(item.infection_class, [])) = 0"
            ),
            MEASURES,
            "A counted infection without class is missing from the sum of the classes.",
        ),
        warn(
            "site_known",
            NoRows(SITES),
            MEASURES,
            "A site outside the table of sites is shown as it is and never compared.",
        ),
        stop(
            "every_episode_has_evidence",
            NoRows(EVIDENCE),
            MEASURES,
            "An episode that leads back to no resource cannot be shown to anyone who doubts it.",
        ),
        stop(
            "broad_includes_primary",
            NoRows(
                "select item.episode_id from {batch} as item where item.progressed "
                "and not coalesce(item.progressed_broad, false)"
            ),
            PROGRESSION,
            "Broad progression includes the primary one by definition; the two were computed apart.",
        ),
        stop(
            "progression_has_criterion_and_day",
            NoRows(
                "select item.episode_id from {batch} as item where (item.progressed "
                "and (item.progression_criterion is null or item.progression_on is null)) or "
                "(item.progressed_broad "
                "and (item.progression_broad_criterion is null or item.progression_broad_on is null))"
            ),
            PROGRESSION,
            "Progression without criterion and day cannot be compared with the day of severe CRS.",
        ),
    ),
)
