"""Why a ViewDefinition does not compile.

CompileError                  catch this one: nothing was compiled, the message says what to mend
├── ViewInvalid               the envelope: no resource, no columns, columns of a union that differ
├── ExpressionInvalid         a path that is no FHIRPath, or that FHIR R4 cannot answer (unknown element, wrong type)
└── ExpressionUnsupported     right FHIRPath, but outside the subset that this compiler knows

Messages name view, column, expression and position, and hold nothing from a resource.
"""

from typing import Self


class CompileError(Exception):
    """A view cannot be compiled. `position` counts characters of the expression from 1; None: no one place."""

    def __init__(
        self,
        reason: str,
        *,
        position: int | None = None,
        view: str | None = None,
        place: str | None = None,
        expression: str | None = None,
    ) -> None:
        self.reason, self.position = reason, position
        self.view, self.place, self.expression = view, place, expression
        super().__init__(self._message())

    def within(self, *, view: str | None = None, place: str | None = None, expression: str | None = None) -> Self:
        """The same error with the context that the caller knows; what is already known stays."""
        return type(self)(
            self.reason,
            position=self.position,
            view=self.view or view,
            place=self.place or place,
            expression=self.expression if self.expression is not None else expression,
        )

    def _message(self) -> str:
        where = [f"view {self.view}" if self.view else "", self.place or ""]
        if self.expression is not None:
            where.append(f"expression {self.expression!r}")
        if self.position is not None:
            where.append(f"position {self.position}")
        return ": ".join(part for part in (", ".join(filter(None, where)), self.reason) if part)


class ViewInvalid(CompileError):
    """The ViewDefinition itself is not what the specification asks for."""


class ExpressionInvalid(CompileError):
    """An expression is no FHIRPath, or asks FHIR R4 for what it does not have."""


class ExpressionUnsupported(CompileError):
    """An expression uses a part of FHIRPath that this compiler leaves out."""
