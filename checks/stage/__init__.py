"""Checks of the flat relations of one run, on its build file."""

from checks.stage import (
    condition,
    diagnostic_report,
    encounter,
    medication_administration,
    medication_request,
    observation,
    patient,
    procedure,
    regressed_versions,
    resources,
    shape_audit,
    specimen,
    untold_deletions,
)

SUITES = (
    resources.SUITE,
    regressed_versions.SUITE,
    untold_deletions.SUITE,
    shape_audit.SUITE,
    patient.SUITE,
    condition.SUITE,
    procedure.SUITE,
    observation.SUITE,
    medication_administration.SUITE,
    medication_request.SUITE,
    encounter.SUITE,
    specimen.SUITE,
    diagnostic_report.SUITE,
)
