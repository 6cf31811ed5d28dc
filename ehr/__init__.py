"""The FHIR server and what it sent: rosters, search crawl, folders, landing files, fetch ledger.

The door is `pull`: a `PullPlan` goes in, an ingest is landed, a `PullReceipt` of counts comes out. `continue_from`
makes a plan incremental by what the last ingest left behind.
"""

from ehr.access import Patience, ServerAccess
from ehr.ledger import UnitRow
from ehr.plan import ProgressEvent, PullPlan, PullReceipt, Window
from ehr.sources import continue_from, pull

__all__ = [
    "Patience",
    "ProgressEvent",
    "PullPlan",
    "PullReceipt",
    "ServerAccess",
    "UnitRow",
    "Window",
    "continue_from",
    "pull",
]
