"""Fresh names for variables of the generated SQL."""

from itertools import count


class Names:
    """Hands out names that no other part of the same query has."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def variable(self) -> str:
        """A name for the variable of a lambda."""
        return f"v{next(self._numbers)}"
