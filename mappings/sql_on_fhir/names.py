"""Fresh names for variables of the generated SQL, and what lists were called before their nulls were left out."""

from itertools import count


class Names:
    """Hands out names that no other part of the same query has."""

    def __init__(self) -> None:
        self._numbers = count(1)
        # SQL of a list without nulls -> SQL of the list as read: an iteration can leave the nulls out more cheaply.
        self.with_nulls: dict[str, str] = {}

    def variable(self) -> str:
        """A name for the variable of a lambda."""
        return f"v{next(self._numbers)}"
