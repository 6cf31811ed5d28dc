"""What a story of the seed cohort is: what happened, in days from day 0, and by hand what it amounts to.

The answer is declared beside the events, never computed from them: it is what the pipeline is compared with.
"""

from __future__ import annotations

from dataclasses import dataclass

from .laboratory import Event
from .procedures import infusion

LOOK_BACK = (-30, -1)
EARLY = (0, 30)
LATE = (31, 90)


@dataclass(frozen=True)
class Infected:
    """One infection of a story: onset, classes, and why it is not counted where it is not."""

    onset_day: int
    classes: tuple[str, ...]
    reason: str | None = None

    @property
    def window(self) -> str | None:
        """The window of the onset, None outside all of them."""
        for name, (first, last) in (("look_back", LOOK_BACK), ("early", EARLY), ("late", LATE)):
            if first <= self.onset_day <= last:
                return name
        return None


@dataclass(frozen=True)
class Story:
    """One patient of the seed cohort.

    ``end`` is the last day at risk up to day 90 and why it is the last. ``bridging`` and ``depletion`` name rows of
    ``regimens``. ``severe_release`` is the exposure: grade 3 or more by day 30, or by the day of ``progressed``.
    """

    key: str
    events: tuple[Event, ...] = ()
    preexisting: bool = False
    infections: tuple[Infected, ...] = ()
    end: tuple[int, str] = (90, "protocol_end")
    bridging: str = "none"
    depletion: str = "fc"
    collection: str = "pcs"
    infusions: tuple[tuple[int, str], ...] = ((0, "pcs"),)
    last_infusion_day: int = 0
    channel: str = "administration"
    in_utc: bool = False
    first_day: int = -60
    release: tuple[tuple[int, int], ...] = ()
    severe_release: bool = False
    progressed: tuple[str, int] | None = None
    progressed_broad: bool = False
    died: tuple[int, str] | None = None
    death_at: str = "15:30"
    stay_goes_on_from: int | None = None
    fever_cultures: bool = True

    def infusion_events(self) -> tuple[Event, ...]:
        """The infusions, each in the way that this part of the hospital records them."""
        return tuple(infusion(day, how) for day, how in self.infusions)


def days_at_risk(story: Story) -> dict[str, int]:
    """Whole days of each window, both ends counted, from the declared first and last day.

    >>> days_at_risk(Story("x", end=(45, "last_contact")))
    {'look_back': 30, 'early': 31, 'late': 15}
    """
    last = story.end[0]
    look_back = LOOK_BACK[1] - max(LOOK_BACK[0], story.first_day) + 1
    early = min(EARLY[1], last) - EARLY[0] + 1
    late = max(0, min(LATE[1], last) - LATE[0] + 1)
    return {"look_back": look_back, "early": early, "late": late}
