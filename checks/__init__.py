"""Gates: column contracts and row rules of each relation, and the decision to go on, warn or stop."""

from checks.errors import ChecksError, StationUnknown
from checks.gate import CheckRow, GateResult, run_gate

__all__ = ["CheckRow", "ChecksError", "GateResult", "StationUnknown", "run_gate"]
