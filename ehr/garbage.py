"""How often Python looks for circles while pages are read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A page is some ten thousand lists and objects, and none of them points back. At Python's own rate each page is looked
# through a dozen times, which costs a fifth of reading it; at this rate once in twenty pages.
OBJECTS_BETWEEN_LOOKS = 200_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for circles seldom while the block runs; afterwards as before."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
