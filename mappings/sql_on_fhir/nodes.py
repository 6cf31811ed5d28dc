"""The parts of a parsed FHIRPath expression. `position` counts characters from 1."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Literal:
    """A constant; `text` is its value as text, `fhir_type` what it is."""

    text: str
    fhir_type: str
    position: int


@dataclass(frozen=True)
class This:
    """`$this`, or the context that a path without a beginning starts from."""

    position: int


@dataclass(frozen=True)
class Variable:
    """`%name`: a constant of the view or `%rowIndex`."""

    name: str
    position: int


@dataclass(frozen=True)
class Member:
    """`target.name`."""

    target: "Node"
    name: str
    position: int


@dataclass(frozen=True)
class Call:
    """`target.name(arguments)`."""

    target: "Node"
    name: str
    arguments: tuple["Node", ...]
    position: int


@dataclass(frozen=True)
class Index:
    """`target[index]`, counted from 0."""

    target: "Node"
    index: "Node"
    position: int


@dataclass(frozen=True)
class Binary:
    """`left operator right`."""

    operator: str
    left: "Node"
    right: "Node"
    position: int


Node = Literal | This | Variable | Member | Call | Index | Binary
