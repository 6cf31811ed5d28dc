"""Checks of courses, person time, strata, covariates, episodes and evidence, on the build file."""

from checks.cohort import codings, courses, covariates, episodes, evidence, infusions, patients, person_time, strata

SUITES = (
    codings.SUITE,
    patients.SUITE,
    infusions.SUITE,
    courses.SUITE,
    person_time.SUITE,
    strata.SUITE,
    covariates.SUITE,
    episodes.SUITE,
    evidence.SUITE,
)
