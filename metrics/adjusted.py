"""p values of several tests: Holm for the few that were planned, Benjamini-Hochberg for the rest (statistics.md 6)."""

from collections.abc import Sequence

from metrics.figure_order import Row

HOLM = "Holm of {}"
BENJAMINI_HOCHBERG = "Benjamini-Hochberg of {}"


def adjusted_rows(rows: Sequence[Row], *, planned: Sequence[tuple[str, str]]) -> list[Row]:
    """The rows with ``p_adjusted`` and ``p_adjustment``; None where there is no p.

    ``planned`` names exposure and outcome of the tests written down beforehand; of several rows of one pair the first
    is the planned one.

    >>> rows = [{"exposure": "a", "outcome": "x", "p_value": 0.02}, {"exposure": "b", "outcome": "x", "p_value": None}]
    >>> [(row["p_adjusted"], row["p_adjustment"]) for row in adjusted_rows(rows, planned=[("a", "x")])]
    [(0.02, 'Holm of 1'), (None, '')]
    """
    first: dict[tuple[str, str], int] = {}
    for at, row in enumerate(rows):
        first.setdefault((str(row["exposure"]), str(row["outcome"])), at)
    chosen = sorted(first[pair] for pair in planned if pair in first and rows[first[pair]]["p_value"] is not None)
    rest = [at for at, row in enumerate(rows) if at not in chosen and row.get("p_value") is not None]
    found: dict[int, tuple[float, str]] = {}
    for places, method, words in ((chosen, "holm", HOLM), (rest, "fdr_bh", BENJAMINI_HOCHBERG)):
        values = [float(str(rows[at]["p_value"])) for at in places]
        found |= {
            at: (value, words.format(len(places))) for at, value in zip(places, adjusted(values, method), strict=True)
        }
    return [
        {
            **row,
            "p_adjusted": found[at][0] if at in found else None,
            "p_adjustment": found[at][1] if at in found else "",
        }
        for at, row in enumerate(rows)
    ]


def adjusted(values: Sequence[float], method: str) -> list[float]:
    """The adjusted p values in the order of ``values``; ``holm`` or ``fdr_bh``.

    >>> adjusted([0.01, 0.04], "holm")
    [0.02, 0.04]
    """
    if not values:
        return []
    from statsmodels.stats.multitest import multipletests

    return [float(value) for value in multipletests(list(values), method=method)[1]]
