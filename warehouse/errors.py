"""What can go wrong in the store.

StoreError
├── LockHeld            another run is writing: wait, or end that run
├── StoreUnreadable     the archive or a build file cannot be opened or written: look at the disk
├── StoreNewer          the archive was made by a later version: install that one, or rebuild
├── StoreOutdated       the archive was made by an earlier version: rebuild it from landing/
├── LandingDamaged      a landed file is not what its manifest says: do not go on, look at the folder
├── LandingOutOfOrder   an ingest older than what is loaded has appeared: rebuild the store
├── RelationUnknown     a relation is asked for that no SQL file makes: a wrong name
├── RelationsCircular   SQL files read each other in a circle: a mistake in our files
├── RelationFailed      a SQL file does not run: a mistake in our files
└── DoorClosed          a reader asks for a schema that stays in the archive
"""


class StoreError(Exception):
    """Parent of every error of the store; a caller that catches it publishes nothing."""


class LockHeld(StoreError):
    """Raised when another process holds store/work.lock for longer than the wait; says who and since when."""


class StoreUnreadable(StoreError):
    """Raised when a store file cannot be opened, read or written; check path, disk space and file modes."""


class StoreNewer(StoreError):
    """Raised when a later version of Nadir made the archive; `nadir store rebuild` makes it again with this one."""


class StoreOutdated(StoreError):
    """Raised when an earlier version made the archive; a load makes it again from landing/ by itself."""


class LandingDamaged(StoreError):
    """Raised when a closed ingest has a file that is missing or differs from its manifest; fetch it again."""


class LandingOutOfOrder(StoreError):
    """Raised when a closed ingest is older than the newest loaded one; `nadir store rebuild` makes the store right."""


class RelationUnknown(StoreError):
    """Raised when neither a SQL file nor the database has the relation that is asked for; check the name."""


class RelationsCircular(StoreError):
    """Raised when relations read each other in a circle, so that no order of building exists."""


class RelationFailed(StoreError):
    """Raised when the SQL file of a relation does not run; the message has the database's own words."""


class DoorClosed(StoreError):
    """Raised when a reader asks for raw or stage, which hold identifiable resources and stay in the archive."""
