"""Checks of what was received, on the archive."""

from checks.raw import deletions, rejects, resource_versions

SUITES = (resource_versions.SUITE, deletions.SUITE, rejects.SUITE)
