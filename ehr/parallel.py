"""Work on several connections at once whose results come in the order of the plan."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
# Results wait in memory for their turn; more of them would only fill it.
RESULTS_AHEAD = 2
SECONDS_BETWEEN_REPORTS = 1.0


def in_order(
    items: Iterable[Item],
    work: Callable[[Item], Result],
    workers: int,
    *,
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[Result]:
    """Do `work` on several items at once and give the results in the order of the items.

    `meanwhile` is called now and then, in the caller's own thread, while a result is waited for. The first exception
    ends it: what has not begun is not begun.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="pull") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > workers * RESULTS_AHEAD:
                    yield _await(waiting.popleft(), meanwhile)
            while waiting:
                yield _await(waiting.popleft(), meanwhile)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _await(future: Future[Result], meanwhile: Callable[[], None]) -> Result:
    while not wait([future], timeout=SECONDS_BETWEEN_REPORTS).done:
        meanwhile()
    return future.result()
