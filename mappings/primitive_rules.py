"""Which texts of FHIR primitives `fhir.resources` accepts for sure, whole columns at a time.

Each rule is narrower than the models: what it accepts they accept too, what it refuses is only doubtful and goes to
them. A test compares both over values of every kind.
"""

import re
from collections.abc import Callable, Iterable, Mapping

Accepts = Callable[[str], object]

_DAY = (
    r"(?:(?:19|20)[0-9]{2}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"|(?:(?:19|20)(?:0[48]|[2468][048]|[13579][26])|2000)-02-29)"
)
_PARTIAL = r"(?:19|20)[0-9](?:[1-9]|[0-9][1-9])(?:-(?:0[1-9]|1[0-2]))?"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
_MOMENT = rf"{_DAY}T{_CLOCK}(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
_HOST = r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}"


def _pattern(pattern: str) -> Accepts:
    return re.compile(pattern).fullmatch


# A backslash is left out of every pattern: the texts are as JSON has them, so it begins an escape.
RULES: Mapping[str, Accepts] = {
    "string": str.strip,
    "code": _pattern(r"[!-\[\]-~]+(?: [!-\[\]-~]+)*"),
    "id": _pattern(r"[A-Za-z0-9.-]{1,64}"),
    "date": _pattern(rf"{_DAY}|{_PARTIAL}"),
    "dateTime": _pattern(rf"{_MOMENT}|{_DAY}|{_PARTIAL}"),
    "instant": _pattern(_MOMENT),
    "time": _pattern(_CLOCK),
    "url": _pattern(rf"https?://{_HOST}(?:/[A-Za-z0-9._~-]+)*/?"),
    "base64Binary": _pattern(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})"),
}
# The models accept any text here.
UNRULED = frozenset({"canonical", "markdown", "uri", "xhtml"})
_MOST_KNOWN = 100_000


class KnownValues:
    """Values that their rule has accepted already: codes, units and displays come again and again."""

    def __init__(self) -> None:
        self._known: dict[str, set[str]] = {kind: set() for kind in RULES}

    def doubtful(self, kind: str, values: Iterable[str]) -> bool:
        """Whether the rule does not accept one of the values."""
        known = self._known[kind]
        new = set(values) - known
        if not all(map(RULES[kind], new)):
            return True
        if len(known) + len(new) > _MOST_KNOWN:
            known.clear()
        known |= new
        return False
