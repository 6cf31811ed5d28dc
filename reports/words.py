"""The page's words for keys of the data: one place, so that a table and a card never name a thing differently."""

from __future__ import annotations

__all__ = [
    "CASE_REASONS", "CHARACTERISTICS", "CLASSES", "EPISODE_FIELDS", "EPISODE_STEPS", "MARKS", "MEASURES", "SECTIONS",
    "STRATA", "STRATUM_SETS", "WINDOWS", "stratum_title",
]  # fmt: skip

STRATA = {
    "no": "without pre-existing infection",
    "yes": "with pre-existing infection",
    "unknown": "pre-existing infection unknown",
    "all": "all",
}
WINDOWS = {
    "look_back": "day −30 to −1",
    "early": "day 0 to 30",
    "late": "day 31 to 90",
    "early_and_late": "day 0 to 90",
    "early_over_late": "day 0 to 30 over day 31 to 90",
    **{f"week_{week}": f"week {week}".replace("-", "−") for week in range(-5, 13)},
}
CLASSES = {
    "all": "all",
    "bacterial": "bacterial",
    "viral": "viral",
    "fungal": "fungal",
    "parasitic": "parasitic",
    "mycobacterial": "mycobacterial",
    "unknown": "no organism",
    "c_difficile": "C. difficile",
    "dnaemia_not_treated": "DNAemia, not treated",
    "hbv_reactivation": "HBV reactivation",
    "fungal_candidate": "fungal candidate",
}
STRATUM_SETS = {
    "preexisting_infection_onset": "pre-existing infection by onset only",
    "preexisting_infection_treated": "pre-existing infection also by treatment",
    "preexisting_infection_fuo": "pre-existing infection or fever of unknown origin",
}
EPISODE_FIELDS = {
    "patient_id": "patient",
    "course_number": "course",
    "onset_on": "onset",
    "onset_day": "day of onset",
    "window_name": "window",
    "infection_class": "class",
    "site": "site",
    "documentation": "documentation",
    "organisms": "organisms",
    "first_sign_on": "first sign",
    "before_infusion": "before the infusion",
    "organism_from_code": "organism from a code",
    "severity_grade": "grade",
    "counted": "counted",
    "not_counted_reason": "reason not to count",
    "active_in_look_back": "active before infusion",
    "progressed": "progressed",
    "progression_criterion": "criterion of progression",
    "progression_on": "day of progression",
    "progressed_broad": "progressed (broad)",
    "progression_broad_criterion": "criterion of progression (broad)",
    "progression_broad_on": "day of progression (broad)",
    "rule": "rule",
}
CASE_REASONS = {
    "possible_contaminant_treated": "one set of skin flora, treated: infection or contaminant?",
    "fungal_candidate": "possible fungal infection without a diagnosis: infection or not?",
    "code_for_review": "counted by a code that may not mean an infection: infection or not?",
    "probable_infection": "died with an active infection, no cause recorded: death of infection or not?",
    "conflicting_causes": "the records of the death disagree: death of infection or not?",
}
EPISODE_STEPS = {
    1: "results and diagnoses that are no evidence",
    2: "results and diagnoses that are",
    3: "of these, joined one that was there",
    4: "infections and listed rows",
    5: "listed, not counted",
    6: "counted",
}
MEASURES = {
    "week_patients": "Patients alive by day after infusion",
    "week_infusions": "Infusions in the week",
    "week_new_episodes": "New episodes since the last issue",
    "week_changed_episodes": "Changed episodes since the last issue",
    "week_withdrawn_episodes": "Withdrawn episodes since the last issue",
    "week_deaths": "Deaths in the week",
    "week_cases_to_adjudicate": "Cases that need a verdict",
    "patients_infused": "Patients infused",
    "preexisting_infection_proportion": "Pre-existing infection",
    "infected_proportion": "Infected",
    "infected_patients": "Patients with an infection",
    "infection_events": "Infections",
    "severe_events": "Severe infections (BMT CTN grade 3)",
    "infection_deaths": "Deaths of infection",
    "listed_events": "Listed, not counted",
    "infection_density": "Infections per 100 patient-days",
    "infection_density_ratio": "Density of day 0 to 30 over day 31 to 90",
    "weekly_infection_density": "Infections per 100 patient-days by week after infusion",
    "cumulative_incidence": "Cumulative incidence of the first infection",
    "cumulative_incidence_of_death": "Cumulative incidence of death before an infection",
    "mean_cumulative_count": "Mean number of infections per patient",
    "first_infection_day_median": "Median day of the first infection",
    "late_contact_proportion": "Seen after day 60",
    "infection_death_proportion": "Died of infection",
    "probable_infection_death": "Probable infection death, to adjudicate",
    "progression_proportion": "Progression of a pre-existing infection (primary)",
    "progression_broad_proportion": "Progression of a pre-existing infection (broad)",
    "infected_proportion_day0_last": "Infected, day 0 = last infusion of the course",
    "infected_proportion_day0_reset": "Infected, clock started again at the last infusion",
    "infection_density_day0_last": "Infections per 100 patient-days, day 0 = last infusion of the course",
    "infection_density_day0_reset": "Infections per 100 patient-days, clock started again at the last infusion",
    "infection_events_between_infusions": "Infections between the first and the last infusion of a course",
    "infection_events_before_infusion": "Infections of day 0 whose specimen precedes the infusion",
    "bridging_association": "Bridging and early infection",
    "crs_progression_association": "CRS and progression",
}
SECTIONS = {
    "patient": "Patient",
    "history": "Before infusion",
    "laboratory": "Laboratory before treatment",
    "treatment": "Treatment",
    "after_infusion": "After infusion",
}
CHARACTERISTICS = {
    "age_years": "Age on day 0",
    "sex": "Sex",
    "prior_transplant": "Transplant before infusion",
    "neutropenic_days": "Days measured with neutrophils below 500/µL, day −30 to −1",
    "anc": "Neutrophils",
    "alc": "Lymphocytes",
    "hb": "Haemoglobin",
    "plt": "Platelets",
    "crp": "C-reactive protein",
    "ferritin": "Ferritin",
    "ldh": "Lactate dehydrogenase",
    "creatinine": "Creatinine",
    "albumin": "Albumin",
    "igg": "Immunoglobulin G",
    "blasts_marrow_pct": "Blasts in the marrow",
    "bridging_other_than_fc": "Bridging with a cytotoxic block other than FC",
    "bridging_non_tki": "Bridging with any block",
    "lymphodepletion_type": "Lymphodepletion",
    "infusions": "Infusions of the course",
    "products": "Product",
    "crs_grade": "Highest CRS grade",
    "crs_grade_3": "CRS of grade 3 or more",
    "toxicity_treatment": "Treatment of CRS or neurotoxicity, day 0 to 30",
    "steroid": "Steroids, day 0 to 30",
    "gcsf": "G-CSF, day 0 to 30",
    "ivig": "Immunoglobulins, day 0 to 30",
    "intensive_care": "Intensive care, day 0 to 30",
    "transplant_after": "Transplant after infusion, to day 90",
    "died": "Died, to day 90",
}
MARKS = {
    "bar": "follow-up",
    "infusion": "infusion",
    "crs_severe": "CRS of grade 3 or more",
    "infection": "infection",
    "icu": "intensive care",
    "hsct": "transplant",
    "death": "death",
}


def stratum_title(key: str) -> str:
    """Heading of a stratum's table; a stratum of another set is written `set:stratum`.

    >>> stratum_title("preexisting_infection_onset:no")
    'Pre-existing infection by onset only: no'
    """
    named, _, answer = key.partition(":")
    if answer:
        return f"{STRATUM_SETS.get(named, named)}: {answer}".capitalize()
    return STRATA.get(key, key).capitalize()
