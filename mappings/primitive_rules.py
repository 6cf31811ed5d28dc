"""Which texts of FHIR primitives `fhir.resources` accepts for sure, whole columns at a time.

Each rule is narrower than the models: what it accepts they accept too, what it refuses is only doubtful and goes to
them. A test compares both over values of every kind.
"""

from collections.abc import Mapping

import numpy
import pyarrow
from numpy.typing import NDArray
from pyarrow import compute

_DAY = (
    r"(?:(?:19|20)[0-9]{2}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"|(?:(?:19|20)(?:0[48]|[2468][048]|[13579][26])|2000)-02-29)"
)
_PARTIAL = r"(?:19|20)[0-9](?:[1-9]|[0-9][1-9])(?:-(?:0[1-9]|1[0-2]))?"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
_MOMENT = rf"{_DAY}T{_CLOCK}(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
_HOST = r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}"


# A backslash is left out of every pattern: the texts are as JSON has them, so it begins an escape.
PATTERNS: Mapping[str, str] = {
    "code": r"[!-\[\]-~]+(?: [!-\[\]-~]+)*",
    "id": r"[A-Za-z0-9.-]{1,64}",
    "date": rf"{_DAY}|{_PARTIAL}",
    "dateTime": rf"{_MOMENT}|{_DAY}|{_PARTIAL}",
    "instant": _MOMENT,
    "time": _CLOCK,
    "url": rf"https?://{_HOST}(?:/[A-Za-z0-9._~-]+)*/?",
    "base64Binary": r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})",
}
# Kinds by their codes: the place in the list, from 1.
RULED = ("string", *PATTERNS)
# The models accept any text here.
UNRULED = frozenset({"canonical", "markdown", "uri", "xhtml"})
_EXCLAMATION_MARK, _TILDE, _BACKSLASH = b"!~\\"


def refused(kind: str, values: pyarrow.LargeStringArray) -> NDArray[numpy.bool_]:
    """Which of these values the rule of the kind does not accept.

    >>> refused("date", pyarrow.array(["2018-02-28", "2018-02-29"], pyarrow.large_string())).tolist()
    [False, True]
    """
    distinct = values.dictionary_encode()
    texts = distinct.dictionary
    wrong: NDArray[numpy.bool_]
    if kind == "string":
        wrong = numpy.array([not text.strip() for text in texts.to_pylist()], dtype=numpy.bool_)
    else:
        # DuckDB and Arrow have the same machine for patterns, and it does not slow down on any text.
        fits = compute.match_substring_regex(texts, f"^(?:{PATTERNS[kind]})$")
        wrong = ~fits.to_numpy(zero_copy_only=False)
    of_all: NDArray[numpy.bool_] = wrong[distinct.indices.to_numpy()]
    return of_all


def begin_visibly(values: pyarrow.LargeStringArray) -> NDArray[numpy.bool_]:
    """Which of these values begin with a visible character of ASCII: as strings they need no other look."""
    _, offsets, content = values.buffers()
    starts = numpy.frombuffer(offsets, dtype=numpy.int64)[: len(values) + 1]
    filled = numpy.diff(starts) > 0
    first = numpy.zeros(len(values), dtype=numpy.uint8)
    if content is not None:
        first[filled] = numpy.frombuffer(content, dtype=numpy.uint8)[starts[:-1][filled]]
    visible: NDArray[numpy.bool_] = (first >= _EXCLAMATION_MARK) & (first <= _TILDE) & (first != _BACKSLASH)
    return visible
