"""Invented patients: scripted stories become FHIR resources, and the answer stands beside them.

Every name, identifier and narrative holds ``SENTINELPHI``; every birth date is a 29 February, a day on which
nothing else in this hospital happens. Either in a log, a check result or a shared page is a leak.
"""

from .hospital import HospitalReceipt, generate

__all__ = ["HospitalReceipt", "generate"]
