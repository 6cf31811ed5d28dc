"""The table of patients: n of the known, percent, median and quartiles, and what is missing."""

import pandas as pd

from metrics.table_one import COLUMNS, table_one

PERSONS = [
    # person_key, section, at_number, characteristic, is_number, level, value_number, unit
    (1, "patient", 2, "sex", False, "female", None, None),
    (2, "patient", 2, "sex", False, "male", None, None),
    (3, "patient", 2, "sex", False, None, None, None),
    (1, "patient", 1, "age_years", True, None, 4, "a"),
    (2, "patient", 1, "age_years", True, None, 9, "a"),
    (3, "patient", 1, "age_years", True, None, 30, "a"),
    (1, "laboratory", 20, "anc", True, None, None, "10*3/uL"),
    (2, "laboratory", 20, "anc", True, None, None, "10*3/uL"),
    (3, "laboratory", 20, "anc", True, None, None, "10*3/uL"),
    (1, "treatment", 44, "products", False, None, None, None),
]
STRATA = [("no", 1), ("no", 2), ("yes", 3), ("unknown", None), ("all", 1), ("all", 2), ("all", 3)]


def table() -> pd.DataFrame:
    names = ["person_key", "section", "at_number", "characteristic", "is_number", "level", "value_number", "unit"]
    persons = pd.DataFrame(PERSONS[::-1], columns=names)
    return table_one(persons, pd.DataFrame(STRATA, columns=["stratum", "person_key"]))


def row(characteristic: str, stratum: str, level: str | None = None) -> pd.Series:
    found = table()
    found = found[(found["characteristic"] == characteristic) & (found["stratum"] == stratum)]
    return (found[found["level"] == level] if level else found).iloc[0]


def test_a_number_has_median_and_quartiles_of_the_known():
    everybody = row("age_years", "all")
    assert (everybody.n, everybody.missing, everybody["median"]) == (3, 0, 9.0)
    assert (everybody.q1, everybody.q3, everybody.unit) == (6.5, 19.5, "a")
    assert (row("age_years", "no")["median"], row("age_years", "yes")["median"]) == (6.5, 30.0)


def test_a_level_has_n_of_the_known_and_missing_is_never_no():
    female = row("sex", "all", "female")
    assert (female.n, female.denominator, female.missing, female.percent) == (1, 2, 1, 50.0)
    only = row("sex", "yes", "female")
    assert (only.n, only.denominator, only.missing) == (0, 0, 1)
    assert pd.isna(only.percent)


def test_what_nobody_has_and_who_is_not_there_keep_their_rows():
    assert (row("anc", "all").n, row("anc", "all").missing) == (0, 3)
    assert pd.isna(row("anc", "all")["median"])
    assert (row("age_years", "unknown").n, row("age_years", "unknown").missing) == (0, 0)
    assert pd.isna(row("products", "all").level)


def test_rows_come_in_the_order_of_the_page():
    found = table()
    assert tuple(found.columns) == COLUMNS
    assert found["place"].tolist() == list(range(1, len(found) + 1))
    assert list(found["characteristic"].unique()) == ["age_years", "sex", "anc", "products"]
    assert list(found.loc[found["characteristic"] == "sex", "stratum"].unique()) == ["all", "no", "yes", "unknown"]
