"""Lines of JSON in two parts, many at once: their skeletons (keys, brackets, kinds of numbers) and their strings.

Two resources with the same skeleton differ in nothing but the content of strings and in numbers of one kind, so the
shape of one is the shape of the other. The split takes no parsing: a quote ends or begins a string once escaped quotes
are out of the way, and a string with a colon behind it is a key. Everything is done on the bytes of a whole batch.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import pyarrow
from numpy.typing import NDArray

Positions = NDArray[numpy.int64]
Flags = NDArray[numpy.bool_]
Bytes = NDArray[numpy.uint8]

_NEWLINE, _QUOTE, _COLON, _BACKSLASH, _SPACE, _ZERO, _SEVEN = b'\n":\\ 07'
_HARMLESS = numpy.frombuffer(b"nrt/", dtype=numpy.uint8)
# Up to nine digits: an integer of FHIR whatever they are. What is longer keeps its length.
_MOST_DIGITS = 9
_TYPE_KEY = numpy.frombuffer(b"resourceType", dtype=numpy.uint8)
_DIGIT_COUNT = 10
_LEFT_OUT = 2
EXPONENT = re.compile(r"[0-9][eE]")


@dataclass(frozen=True)
class SplitLines:
    """Lines in two parts.

    `numbers` says which of the lines given these are: those that bytes cannot split are left out. `plain` gives one
    without escapes, `texts` is the whole of each, `skeletons` the same without the content of values, except that of
    `resourceType`. `is_removed` says of each string of all lines whether its content is left out, `string_starts` where
    the strings of a line begin, with the end of the last. `values` are the contents left out, as they are written,
    `value_starts` likewise. `is_odd` says which lines have an escape in a key.
    """

    numbers: Positions
    plain: Callable[[int], bytes]
    texts: pyarrow.LargeStringArray
    skeletons: pyarrow.DictionaryArray
    is_removed: Flags
    string_starts: Positions
    values: pyarrow.LargeStringArray
    value_starts: Positions
    is_odd: Flags


def split_lines(lines: Sequence[bytes]) -> SplitLines:
    r"""The two parts of lines, each without its end.

    >>> found = split_lines([b'{"value": 6.31, "unit": "g"}', b'not json', b'{"a": "say \\"b\\""}'])
    >>> found.skeletons.to_pylist(), found.values.to_pylist(), found.numbers.tolist()
    ([b'{"value": 7.7, "unit": ""}\n', b'{"a": ""}\n'], ['g', 'say \\"b\\"'], [0, 2])
    """
    numbers = numpy.arange(len(lines))
    text = _Text(lines)
    doubtful = text.doubtful_lines()
    if len(doubtful):
        numbers = numpy.delete(numbers, doubtful)
        text = _Text([lines[number] for number in numbers.tolist()])
    return _split(text, numbers)


class _Text:
    """The bytes of lines, each with an end, and the same without escaped quotes and backslashes."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.lines = lines
        self.content = b"\n".join([*lines, b""])
        # Of the same length, so that positions stay.
        has_escapes = b"\\" in self.content
        self.plain = _without_escapes(self.content) if has_escapes else self.content
        self.bytes = numpy.frombuffer(self.plain, dtype=numpy.uint8)
        self.ends = numpy.cumsum(numpy.fromiter(map(len, lines), numpy.int64, len(lines)) + 1) - 1
        self.quotes = numpy.flatnonzero(self.bytes == _QUOTE)
        # Where the quotes of a line begin among all quotes, with the end of the last.
        self.quote_starts = numpy.append(0, numpy.searchsorted(self.quotes, self.ends))

    def doubtful_lines(self) -> Positions:
        """Lines without strings, with bytes that no string can have, or with an escape that could hide a value."""
        counts = numpy.diff(self.quote_starts)
        doubtful = (counts == 0) | (counts % 2 == 1)
        if numpy.count_nonzero(self.bytes < _SPACE) > len(self.lines):
            controls = numpy.flatnonzero(self.bytes < _SPACE)
            doubtful[self.lines_of(controls[self.bytes[controls] != _NEWLINE])] = True
        if b"\\" in self.plain:
            escapes = numpy.flatnonzero(self.bytes == _BACKSLASH)
            doubtful[self.lines_of(escapes[~numpy.isin(self.bytes[escapes + 1], _HARMLESS)])] = True
        if not _is_text(self.content):
            doubtful |= numpy.array([not _is_text(line) for line in self.lines])
        return numpy.flatnonzero(doubtful)

    def plain_line(self, number: int) -> bytes:
        """One line without escapes and without its end."""
        end = int(self.ends[number])
        return self.plain[end - len(self.lines[number]) : end]

    def lines_of(self, positions: Positions) -> Positions:
        """The number of the line that each position is in."""
        lines: Positions = numpy.searchsorted(self.ends, positions)
        return lines


def _without_escapes(content: bytes) -> bytes:
    return content.replace(b"\\\\", b"__").replace(b'\\"', b"__")


def _is_text(content: bytes) -> bool:
    try:
        # Many times as fast as decoding, and as strict.
        _array(pyarrow.large_string(), numpy.array([0, len(content)]), content).validate(full=True)
    except pyarrow.ArrowInvalid:
        return False
    return True


def _split(text: _Text, numbers: Positions) -> SplitLines:
    opens, closes = text.quotes[0::2], text.quotes[1::2]
    removed = _are_values(text.bytes, opens, closes)
    starts = text.quote_starts // 2
    bounds = numpy.zeros(2 * numpy.count_nonzero(removed) + 2, dtype=numpy.int64)
    bounds[1:-1:2], bounds[2:-1:2], bounds[-1] = opens[removed] + 1, closes[removed], len(text.content)
    return SplitLines(
        numbers=numbers,
        plain=text.plain_line,
        texts=_texts(text),
        skeletons=_skeletons(_pieces(pyarrow.large_binary(), bounds, text.plain, first=0)),
        is_removed=removed,
        string_starts=starts,
        values=_pieces(pyarrow.large_string(), bounds, text.content, first=1),
        value_starts=numpy.append(0, numpy.cumsum(removed))[starts],
        is_odd=_are_odd(text, opens, closes, removed),
    )


def _are_values(content: Bytes, opens: Positions, closes: Positions) -> Flags:
    """Whether each string is neither a key, with a colon behind, nor the name of a type."""
    behind = closes + 1
    spaced = numpy.flatnonzero(content[behind] == _SPACE)
    while len(spaced):
        behind[spaced] += 1
        spaced = spaced[content[behind[spaced]] == _SPACE]
    values: Flags = content[behind] != _COLON
    typed = numpy.flatnonzero(~values & (closes - opens == len(_TYPE_KEY) + 1))
    letters = content[opens[typed, None] + 1 + numpy.arange(len(_TYPE_KEY))]
    typed = typed[(letters == _TYPE_KEY).all(axis=1)] + 1
    values[typed[typed < len(values)]] = False
    return values


def _pieces(kind: pyarrow.DataType, bounds: Positions, text: bytes, *, first: int) -> Any:  # noqa: ANN401
    """Every other piece of a text between bounds, one behind the other."""
    pieces = _array(kind, bounds, text)
    return pieces.take(pyarrow.array(numpy.arange(first, len(bounds) - 1, 2)))


def _texts(text: _Text) -> pyarrow.LargeStringArray:
    bounds = numpy.zeros(2 * len(text.ends) + 1, dtype=numpy.int64)
    bounds[1::2], bounds[2::2] = text.ends, text.ends + 1
    return _pieces(pyarrow.large_string(), bounds, text.content, first=0)


def _skeletons(kept: pyarrow.LargeBinaryArray) -> pyarrow.DictionaryArray:
    """The text that is kept of each line, with its end."""
    content = kept.buffers()[2]
    text = numpy.array(numpy.frombuffer(content or b"", dtype=numpy.uint8))
    # A digit less zero; what is no digit wraps around to more than nine.
    digits = numpy.flatnonzero(text - _ZERO < _DIGIT_COUNT)
    digits = digits[numpy.searchsorted(numpy.flatnonzero(text == _QUOTE), digits) % 2 == 0]
    surplus = _surplus(text, digits)
    text[digits[text[digits] != _ZERO]] = _SEVEN
    text = numpy.delete(text, surplus)
    offsets = numpy.append(0, numpy.flatnonzero(text == _NEWLINE) + 1)
    return _array(pyarrow.large_binary(), offsets, text).dictionary_encode()


def _surplus(content: Bytes, digits: Positions) -> Positions:
    """Digits behind the first of a number that is not zero, unless the number is long: its kind does not need them."""
    if not len(digits):
        return digits
    starts = numpy.flatnonzero(numpy.append(True, numpy.diff(digits) != 1))
    lengths = numpy.diff(numpy.append(starts, len(digits)))
    not_zero = content[digits] != _ZERO
    before = numpy.cumsum(not_zero) - not_zero
    is_behind = before > numpy.repeat(before[starts], lengths)
    surplus: Positions = digits[is_behind & numpy.repeat(lengths <= _MOST_DIGITS, lengths)]
    return surplus


def _array(kind: pyarrow.DataType, offsets: Positions, text: bytes | Bytes) -> Any:  # noqa: ANN401
    buffers = [None, pyarrow.py_buffer(offsets.astype(numpy.int64)), pyarrow.py_buffer(text)]
    return pyarrow.Array.from_buffers(kind, len(offsets) - 1, buffers)


def _are_odd(text: _Text, opens: Positions, closes: Positions, removed: Flags) -> Flags:
    """Which lines have an escape outside the contents left out."""
    odd = numpy.zeros(len(text.lines), dtype=numpy.bool_)
    if b"\\" in text.content:
        escapes = numpy.flatnonzero(numpy.frombuffer(text.content, dtype=numpy.uint8) == _BACKSLASH)
        owners = numpy.searchsorted(opens, escapes) - 1
        in_value = (owners >= 0) & removed[owners] & (escapes < closes[owners])
        odd[text.lines_of(escapes[~in_value])] = True
    return odd
