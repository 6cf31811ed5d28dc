"""The text of a resource in two parts: its skeleton (keys, brackets, kinds of numbers) and its strings.

Two resources with the same skeleton differ in nothing but the content of strings and in numbers of one kind, so the
shape of one is the shape of the other. The split takes no parsing: a quote ends or begins a string once escaped quotes
are out of the way.
"""

import re
from dataclasses import dataclass
from operator import itemgetter

# Up to nine digits: an integer of FHIR whatever they are. What is longer leaves a longer skeleton behind.
_DIGITS = re.compile(r"[1-9][0-9]{0,8}")
_HARMLESS_ESCAPE = re.compile(r"\\[nrt/]")
EXPONENT = re.compile(r"[0-9][eE]")


def unescaped(text: str) -> str | None:
    r"""JSON text in which every quote begins or ends a string; None where an escape could hide a value.

    >>> unescaped(r'{"a": "say \"b\""}')
    '{"a": "say __b__"}'
    """
    if "\\" not in text:
        return text
    plain = text.replace("\\\\", "__").replace('\\"', "__")
    return None if "\\" in plain and "\\" in _HARMLESS_ESCAPE.sub("", plain) else plain


def split_strings(text: str) -> tuple[str, list[str]]:
    """What stands outside the strings, with numbers of one kind made equal, and the strings: keys and values.

    >>> split_strings('{"value": 6.31, "unit": "g"}')
    ('{": 7.7, ": "}', ['value', 'unit', 'g'])
    """
    parts = text.split('"')
    return _DIGITS.sub("7", '"'.join(parts[::2])), parts[1::2]


def chooser(places: list[int]) -> "itemgetter[int]":
    """Takes the strings at some places, always as a tuple; there must be one place at least."""
    # With one place itemgetter would give a text and not a tuple, so that one is taken twice.
    return itemgetter(*places, *(places if len(places) == 1 else []))


@dataclass(frozen=True)
class Layout:
    """Which of the strings around an outside are keys."""

    keys: tuple[int, ...]
    choose_keys: "itemgetter[int]"

    @classmethod
    def of(cls, outside: str) -> "Layout":
        """Read off the colons; a resource has one key at least."""
        between = outside.split('"')
        keys = [place for place, after in enumerate(between[1:]) if after.lstrip().startswith(":")]
        return cls(tuple(keys), chooser(keys))
