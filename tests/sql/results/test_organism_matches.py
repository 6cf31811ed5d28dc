"""Two results are the same organism in pairs; there is no key per organism."""

import pytest

from tests.sql.conftest import Store
from tests.sql.results.given import VALUES

CODES = {
    **VALUES,
    "klebsiella": "75032006", "candida": "3265006", "yeast": "62093005", "viridans": "31703004",
    "streptococcus": "58800005", "pneumococcus": "9861002", "pseudomonas": "57032008", "aeruginosa": "52499004",
    "aerogenes": "62592009", "cloacae": "14385002", "influenza": "725894000", "influenza-a": "407479009",
    "influenza-b": "407480007", "hsv": "19965007", "hsv-1": "15302007", "hsv-2": "13687007",
    "diphtheriae": "5851001", "not-diphtheriae": "413931002", "corynebacterium": "77086004",
    "hominis-hominis": "432505008",
}  # fmt: skip


@pytest.fixture
def matches(store: Store) -> set[tuple[object, ...]]:
    return set(store.rows("cohort.organism_matches", ["organism_a", "organism_b"]))


def test_pairs_match_by_species_or_by_a_genus_only_partner(matches: set[tuple[object, ...]]) -> None:
    same = [
        ("klebsiella", "pneumoniae"), ("klebsiella", "oxytoca"), ("pseudomonas", "aeruginosa"), ("candida", "albicans"),
        ("hominis", "hominis-hominis"), ("yeast", "albicans"), ("yeast", "candida"), ("cons", "capitis"),
        ("cons", "lugdunensis"), ("viridans", "oralis"), ("staphylococcus", "aureus"), ("influenza", "influenza-a"),
        ("hsv", "hsv-1"), ("corynebacterium", "diphtheriae"), ("streptococcus", "pneumococcus"),
    ]  # fmt: skip
    assert [pair for pair in same if (CODES[pair[0]], CODES[pair[1]]) not in matches] == []
    assert [pair for pair in same if (CODES[pair[1]], CODES[pair[0]]) not in matches] == []


def test_other_species_and_the_exceptions_do_not_match(matches: set[tuple[object, ...]]) -> None:
    different = [
        ("pneumoniae", "oxytoca"), ("aerogenes", "cloacae"), ("gram-negative", "coli"), ("staphylococcus", "cons"),
        ("staphylococcus", "epidermidis"), ("streptococcus", "oralis"), ("viridans", "pneumococcus"),
        ("cons", "aureus"), ("capitis", "haemolyticus"), ("influenza-a", "influenza-b"), ("hsv-1", "hsv-2"),
        ("not-diphtheriae", "diphtheriae"), ("yeast", "fumigatus"),
    ]  # fmt: skip
    assert [pair for pair in different if (CODES[pair[0]], CODES[pair[1]]) in matches] == []


def test_every_organism_matches_itself_but_a_gram_stain_matches_nothing(matches: set[tuple[object, ...]]) -> None:
    assert (CODES["coli"], CODES["coli"]) in matches
    assert [pair for pair in matches if CODES["gram-negative"] in pair] == []


def test_resistant_variants_are_folded_into_their_base(matches: set[tuple[object, ...]]) -> None:
    assert [pair for pair in matches if CODES["mrsa"] in pair] == []


def test_matching_is_symmetric_and_each_pair_stands_once(store: Store) -> None:
    rows = store.rows("cohort.organism_matches", ["organism_a", "organism_b"])
    assert len(rows) == len(set(rows))
    assert {(second, first) for first, second in rows} == set(rows)
