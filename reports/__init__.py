"""The weekly bundle: page, tables, manifest and the index of weeks. Takes frozen frames, writes files, no more."""

from reports.bundle import Analysis, Header, MethodNote, StoppedWeek, WeekCounts, WeeklyBundle
from reports.index import write_index
from reports.issue import write_bundle

__all__ = [
    "Analysis",
    "Header",
    "MethodNote",
    "StoppedWeek",
    "WeekCounts",
    "WeeklyBundle",
    "write_bundle",
    "write_index",
]
