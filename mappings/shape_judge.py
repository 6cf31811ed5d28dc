"""Reads many resources at many times the speed of the models, with the same findings (contracts 5).

`fhir.resources` judges each shape once; resources of that shape whose strings the rules of primitives accept get the
same verdict. Whatever is doubtful, shape or value, is left out here and goes to a parser and the models one by one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy
import pyarrow
from pyarrow import compute

from mappings.json_skeletons import Flags, Positions, SplitLines, split_lines
from mappings.patient_reference import SIGNS_OF_PATIENT
from mappings.primitive_rules import RULED, begin_visibly, refused
from mappings.resource_shapes import NO_PLACE, ResourcePlaces, ShapeDoubtful, resource_places
from mappings.validation import Finding, judge, parsed

# Beyond this the shapes are as many as the resources, and remembering them only takes memory.
_MOST_SHAPES = 20_000
_STRING = RULED.index("string") + 1


@dataclass
class Shape:
    """Resources with one skeleton: where they say what, and what is objected to in all of them, once that is known."""

    places: ResourcePlaces
    kinds: Positions
    findings: tuple[Finding, ...] | None = None


@dataclass(frozen=True)
class QuickLines:
    """The lines that need no look of their own: all of them can be used. Arrays of one length, in order.

    `numbers` says which of the lines given they are. The rest, rejects among it, must be read one by one.
    """

    numbers: Positions
    text: pyarrow.Array
    resource_type: pyarrow.Array
    resource_id: pyarrow.Array
    version_id: pyarrow.Array
    last_updated: pyarrow.Array
    shapes: list[Shape | None]
    shape_codes: Positions

    def findings(self, lines: Sequence[bytes], wanted: Flags) -> Iterator[tuple[int, Finding]]:
        """Places in the arrays and what is objected to there, for the wanted ones: what `validation.judge` says."""
        codes = self.shape_codes[wanted]
        places = numpy.flatnonzero(wanted)
        for code, first in zip(*numpy.unique(codes, return_index=True), strict=True):
            shape = self.shapes[code]
            if shape is None:
                continue
            if shape.findings is None:
                line = lines[self.numbers[places[first]]]
                shape.findings = judge(shape.places.resource_type, parsed(line) or {})
            for place in places[codes == code] if shape.findings else ():
                yield from ((int(place), finding) for finding in shape.findings)


class ShapeJudge:
    """Reads batches of lines; remembers shapes from one batch to the next."""

    def __init__(self) -> None:
        self._shapes: dict[bytes, Shape | None] = {}

    def read(self, lines: Sequence[bytes]) -> QuickLines:
        """What can be said of lines without a look at each: without their ends, none of them blank."""
        if len(self._shapes) > _MOST_SHAPES:
            self._shapes.clear()
        split = split_lines(lines)
        shapes = self._shapes_of(split)
        batch = _Batch(split, shapes)
        quick = numpy.flatnonzero(batch.quick())
        types = pyarrow.array([shape.places.resource_type if shape else "" for shape in shapes], pyarrow.large_string())
        return QuickLines(
            numbers=split.numbers[quick],
            text=split.texts if len(quick) == len(split.texts) else split.texts.take(pyarrow.array(quick)),
            resource_type=types.take(pyarrow.array(batch.codes[quick])),
            resource_id=batch.values_at(quick, lambda places: places.resource_id),
            version_id=batch.values_at(quick, lambda places: places.version_id),
            last_updated=batch.values_at(quick, lambda places: places.last_updated),
            shapes=shapes,
            shape_codes=batch.codes[quick],
        )

    def _shapes_of(self, split: SplitLines) -> list[Shape | None]:
        """The shape of each skeleton of the lines, None where it is doubtful."""
        codes = split.skeletons.indices.to_numpy()
        skeletons = split.skeletons.dictionary.to_pylist()
        first = numpy.zeros(len(skeletons), dtype=numpy.int64)
        first[codes[::-1]] = numpy.arange(len(codes))[::-1]
        for skeleton, line in zip(skeletons, first, strict=True):
            if skeleton not in self._shapes:
                self._shapes[skeleton] = _new_shape(split, int(line))
        return [self._shapes[skeleton] for skeleton in skeletons]


def _new_shape(split: SplitLines, line: int) -> Shape | None:
    start, end = split.string_starts[line : line + 2]
    try:
        places = resource_places(split.plain(line), split.is_removed[start:end].tolist())
    except ShapeDoubtful:
        return None
    return Shape(places, numpy.array(places.kinds, dtype=numpy.int64))


class _Batch:
    """Split lines with the shape of each: `codes` says which of the shapes it is."""

    def __init__(self, split: SplitLines, shapes: Sequence[Shape | None]) -> None:
        self.codes: Positions = split.skeletons.indices.to_numpy()
        self._split = split
        self._shapes = shapes

    def quick(self) -> Flags:
        """Which lines have a shape that is not doubtful and only values that are accepted."""
        known = numpy.array([shape is not None for shape in self._shapes], dtype=numpy.bool_)
        quick: Flags = known[self.codes] & ~self._split.is_odd
        owners = numpy.repeat(numpy.arange(len(self.codes)), numpy.diff(self._split.value_starts))
        quick[owners[self._refused()]] = False
        candidates = numpy.flatnonzero(quick)
        references = self.values_at(candidates, lambda places: places.reference)
        named = compute.match_substring_regex(references, SIGNS_OF_PATIENT).fill_null(True)
        quick[candidates[~named.to_numpy(zero_copy_only=False)]] = False
        return quick

    def values_at(self, lines: Positions, place: Callable[[ResourcePlaces], int]) -> pyarrow.Array:
        """The value at a place of each of these lines, null where their shape has no such place."""
        places = numpy.array([place(shape.places) if shape else NO_PLACE for shape in self._shapes], dtype=numpy.int64)
        found = places[self.codes[lines]]
        indices = pyarrow.array(self._split.value_starts[lines] + found, mask=found == NO_PLACE)
        return self._split.values.take(indices)

    def _refused(self) -> Positions:
        """The values that the rule of their kind does not accept."""
        values, kinds = self._split.values, self._kinds()
        found = []
        visible = begin_visibly(values)
        for code, kind in enumerate(RULED, start=1):
            of_kind = numpy.flatnonzero((kinds == code) & ~visible if code == _STRING else kinds == code)
            if len(of_kind):
                found.append(of_kind[refused(kind, values.take(pyarrow.array(of_kind)))])
        return numpy.concatenate(found) if found else numpy.zeros(0, dtype=numpy.int64)

    def _kinds(self) -> Positions:
        """The code of the kind of each value of all lines."""
        counts = numpy.diff(self._split.value_starts)
        of_shapes = [shape.kinds if shape else numpy.zeros(0, dtype=numpy.int64) for shape in self._shapes]
        starts = numpy.append(0, numpy.cumsum([len(kinds) for kinds in of_shapes]))[:-1]
        known = numpy.array([shape is not None for shape in self._shapes], dtype=numpy.bool_)
        flat = numpy.append(numpy.concatenate([*of_shapes, numpy.zeros(0, dtype=numpy.int64)]), 0)
        within = numpy.arange(len(self._split.values)) - numpy.repeat(self._split.value_starts[:-1], counts)
        at = numpy.repeat(starts[self.codes], counts) + within
        # Values of doubtful shapes get the zero at the end.
        return flat[numpy.where(numpy.repeat(known[self.codes], counts), at, len(flat) - 1)]
