"""Findings of many resources at many times the speed of the models, and the same ones (contracts 5).

`fhir.resources` judges each shape once; resources of that shape whose strings the rules of primitives accept get the
same verdict. Whatever is doubtful, shape or value, goes to the models one by one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from mappings.json_skeletons import Layout, chooser, split_strings, unescaped
from mappings.patient_reference import PatientReference
from mappings.primitive_rules import KnownValues
from mappings.resource_shapes import ShapeDoubtful, string_places
from mappings.validation import QUIET, Finding, model_findings, rule_findings

Findings = tuple[Finding, ...]
# Beyond this the shapes are as many as the resources, and remembering them only takes memory.
_MOST_SHAPES = 20_000


class Line(NamedTuple):
    """A resource to judge: its type, its JSON text, the same parsed, how it names its patient. It is no reject."""

    resource_type: str
    text: str
    resource: dict[str, Any]
    patient: PatientReference


@dataclass
class _Shape:
    """A shape, and what the batch has of it; `findings` is None until the first clean line was judged."""

    choose: "itemgetter[int]"
    doubts: tuple[Callable[[Iterable[str]], bool], ...]
    findings: Findings | None = None
    numbers: list[int] = field(default_factory=list)
    values: list[tuple[str, ...]] = field(default_factory=list)

    def take_clean(self) -> tuple[list[int], list[int]]:
        """The numbers of the lines whose values are all accepted, and of the others; the batch is forgotten."""
        numbers, rows = self.numbers, self.values
        self.numbers, self.values = [], []
        columns = zip(*rows, strict=True)
        if not any(doubt(column) for doubt, column in zip(self.doubts, columns, strict=True)):
            return numbers, []
        clean = [not any(doubt((value,)) for doubt, value in zip(self.doubts, row, strict=True)) for row in rows]
        parts = zip(numbers, clean, strict=True)
        accepted = [number for number, is_clean in parts if is_clean]
        return accepted, sorted(set(numbers) - set(accepted))


class ShapeJudge:
    """Judges batches of lines; remembers shapes and values from one batch to the next."""

    def __init__(self) -> None:
        self._layouts: dict[str, Layout | None] = {}
        self._shapes: dict[tuple[str, str, str], _Shape | None] = {}
        self._known = KnownValues()

    def judge(self, lines: Sequence[Line]) -> list[Findings]:
        """The findings of each line: what `validation.judge` says of it, in the same order."""
        if len(self._shapes) > _MOST_SHAPES:
            self._layouts.clear()
            self._shapes.clear()
        verdicts: list[Findings] = [()] * len(lines)
        shapes, doubtful = self._by_shape(lines)
        for shape in shapes:
            clean, others = shape.take_clean()
            doubtful += others
            if clean and shape.findings is None:
                shape.findings = _of_models(lines[clean[0]])
            for number in clean if shape.findings else ():
                verdicts[number] = shape.findings or ()
        for number in doubtful:
            verdicts[number] = _of_models(lines[number])
        for number, line in enumerate(lines):
            if line.patient not in QUIET:
                ruled = rule_findings(line.resource_type, line.patient)
                verdicts[number] = tuple(sorted({*verdicts[number], *ruled}))
        return verdicts

    def _by_shape(self, lines: Sequence[Line]) -> tuple[list[_Shape], list[int]]:
        """The shapes of the lines, each with its lines, and the numbers of lines without a trusted shape."""
        shapes, doubtful = [], []
        for number, line in enumerate(lines):
            text = unescaped(line.text)
            outside, strings = split_strings(text) if text is not None else ("", [])
            shape = self._shape(line.resource_type, outside, strings, text) if text is not None else None
            if shape is None:
                doubtful.append(number)
                continue
            if not shape.numbers:
                shapes.append(shape)
            shape.numbers.append(number)
            shape.values.append(shape.choose(strings))
        return shapes, doubtful

    def _shape(self, resource_type: str, outside: str, strings: list[str], text: str) -> _Shape | None:
        layout = self._layouts.get(outside)
        if layout is None:
            layout = self._layouts[outside] = Layout.of(outside)
        key = resource_type, outside, '"'.join(layout.choose_keys(strings))
        if key not in self._shapes:
            self._shapes[key] = self._new_shape(resource_type, layout, text)
        return self._shapes[key]

    def _new_shape(self, resource_type: str, layout: Layout, text: str) -> _Shape | None:
        try:
            places = string_places(resource_type, layout, text)
        except ShapeDoubtful:
            return None
        doubts: dict[int, Callable[[Iterable[str]], bool]] = {
            place: partial(self._known.doubtful, kind) for place, kind in places.kinds.items()
        }
        doubts |= {place: partial(_differs, text) for place, text in places.fixed.items()}
        return _Shape(chooser(list(doubts)), tuple(doubts.values()))


def _differs(expected: str, values: Iterable[str]) -> bool:
    return set(values) != {expected}


def _of_models(line: Line) -> Findings:
    return tuple(sorted(set(model_findings(line.resource_type, line.resource))))
