"""What can go wrong between us and the hospital; the class is the decision of the caller.

EhrError
├── PullStopped            nothing was landed: exit code 2
│   ├── ServerUnreachable  nobody answers at the address, or not as a FHIR server
│   ├── TokenRefused       the server does not accept the token (401)
│   ├── PlanRefused        the plan cannot be carried out as written (roster, file, source)
│   └── LandingFailed      the landing folder cannot be written, or another pull holds it
└── UnitFailed             one unit of work failed for good; the pull goes on, the ledger says so
    ├── RequestRefused     the server turned the request down (4xx): asking again will not help
    ├── AnswerUnusable     retries are used up: 5xx, 429, truncated or non-FHIR answers
    ├── ConnectionLost     retries are used up: no connection, reset, time-out
    ├── ForeignHost        a link or redirect leads to another host; the token was not sent there
    └── TimeIsUp           the time of the pull was up in the middle of the unit; the next pull asks again
"""

from __future__ import annotations


class EhrError(Exception):
    """Any failure of a pull. Its message is one sentence without a patient's value."""


class PullStopped(EhrError):
    """The pull ends and closes no landing. What to do stands in the message."""


class ServerUnreachable(PullStopped):
    """Raised when no FHIR server answers at the configured address. Check `server.url`, proxy and certificates."""


class TokenRefused(PullStopped):
    """Raised on 401 with a fresh token. Check `server.auth` and the secret."""


class PlanRefused(PullStopped):
    """Raised when the plan cannot be carried out: no roster file, a search the server does not allow."""


class LandingFailed(PullStopped):
    """Raised when landing files cannot be written (disk full, no permission) or another pull is running."""


class UnitFailed(EhrError):
    """One unit of work failed for good. The message is the ledger's reason."""


class RequestRefused(UnitFailed):
    """Raised on a 4xx answer that asking again will not change; `status` says which."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class AnswerUnusable(UnitFailed):
    """Raised when every attempt brought a server error or an answer that is no FHIR JSON."""


class ConnectionLost(UnitFailed):
    """Raised when every attempt ended without an answer."""


class ForeignHost(UnitFailed):
    """Raised when a link or a redirect leads to another scheme, host or port than the server's own."""


class TimeIsUp(UnitFailed):
    """Raised when the time of the pull is up in the middle of a unit: what came is kept, the next pull asks again."""
