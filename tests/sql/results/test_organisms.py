"""What we know of an organism: base, genus, class, contaminant, and which treatment is aimed at it."""

import pytest

from tests.sql.conftest import Store
from tests.sql.results.given import VALUES


@pytest.fixture
def organisms(store: Store) -> dict[object, tuple[object, ...]]:
    columns = ["code", "organism_name", "infection_class", "match_level", "is_contaminant"]
    return {row[0]: row[1:] for row in store.rows("cohort.organism_index", columns)}


def test_every_code_stands_once(store: Store) -> None:
    codes = store.rows("cohort.organism_index", ["system", "code"])
    assert len(codes) == len(set(codes))
    names = store.rows("cohort.organisms", ["organism_code"])
    assert len(names) == len(set(names))


def test_a_species_known_only_to_a_flag_list_has_the_class_of_its_genus(
    organisms: dict[object, tuple[object, ...]],
) -> None:
    assert organisms["90547001"] == ("Bacillus alcalophilus", "bacterial_gp", "species", True)


def test_a_genus_without_code_is_known_by_its_name(organisms: dict[object, tuple[object, ...]]) -> None:
    assert organisms["Pasteurella"] == ("Pasteurella", "bacterial_gn", "genus", False)


def test_a_resistant_variant_points_to_its_base(organisms: dict[object, tuple[object, ...]]) -> None:
    assert organisms[VALUES["mrsa"]] == organisms[VALUES["aureus"]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("epidermidis", True), ("cons", True), ("acnes", True), ("lugdunensis", False), ("staphylococcus", False),
        ("cereus", False), ("oralis", False), ("aureus", False),
    ],
)  # fmt: skip
def test_the_contaminants_are_those_of_the_cohort_layer(
    organisms: dict[object, tuple[object, ...]], name: str, expected: bool
) -> None:
    assert organisms[VALUES[name]][3] is expected


@pytest.mark.parametrize(
    ("target", "name", "expected"),
    [
        ("bacteria", "coli", True), ("bacteria", "difficile", True), ("c_difficile", "difficile", True),
        ("c_difficile", "coli", False), ("bacteria", "albicans", False), ("fungi", "albicans", True),
        ("fungi", "fumigatus", True), ("viruses", "coli", False),
    ],
)  # fmt: skip
def test_a_treatment_fits_the_class_it_is_aimed_at(store: Store, target: str, name: str, expected: bool) -> None:
    fits = store.rows("cohort.treatment_fits", ["target", "organism_code"])
    assert ((target, VALUES[name]) in fits) is expected
    assert len(fits) == len(set(fits))
