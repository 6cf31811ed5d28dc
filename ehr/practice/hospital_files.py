"""The files of the practice hospital: where the generator is called from."""

from __future__ import annotations

from ehr.practice.generator import HospitalReceipt, generate

__all__ = ["HospitalReceipt", "generate"]
