"""The DuckDB store: what was received, what it means, and the one door to read it.

`read` and `append_published` are the only ways from and to the store for the other packages (contracts 6).
"""

from warehouse.build import Build
from warehouse.digests import RelationReceipt, relation_digests
from warehouse.history import (
    has_build,
    landed_protocol,
    landed_value_sets,
    read_issued,
    read_versions_between,
    remove_build,
)
from warehouse.load import LoadReceipt, load_landing
from warehouse.lock import LockHolder, lock_holder, work_lock
from warehouse.published import append_published, land_definitions
from warehouse.read import read, read_build, reading
from warehouse.reader import publish_reader
from warehouse.recovery import RebuildReceipt, VerifyReceipt, rebuild, verify
from warehouse.run_key import RunKey
from warehouse.vocabulary import (
    Coverage,
    UnknownCode,
    Vocabulary,
    vocabulary_of_landing,
    vocabulary_of_readers,
)

__all__ = [
    "Build",
    "Coverage",
    "LoadReceipt",
    "LockHolder",
    "RebuildReceipt",
    "RelationReceipt",
    "RunKey",
    "UnknownCode",
    "VerifyReceipt",
    "Vocabulary",
    "append_published",
    "has_build",
    "land_definitions",
    "landed_protocol",
    "landed_value_sets",
    "load_landing",
    "lock_holder",
    "publish_reader",
    "read",
    "read_build",
    "read_issued",
    "read_versions_between",
    "reading",
    "rebuild",
    "relation_digests",
    "remove_build",
    "verify",
    "vocabulary_of_landing",
    "vocabulary_of_readers",
    "work_lock",
]
