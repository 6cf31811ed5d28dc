"""Reading the code lists: types, overrides of a site, the hash, and what a broken file says."""

import datetime
from decimal import Decimal

import pytest

from mappings.errors import ValueSetUnreadable
from mappings.value_set_files import read_schema
from mappings.value_sets import OWN_FOLDER, load_value_sets

HEADER = (
    "system,code,match,display,product,autologous,use,text_required,channel,valid_from,valid_to,verified,source,note\n"
)
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"


def site(tmp_path, text, name="infusions.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def row_of(value_sets, code):
    return next(record for record in value_sets["infusions"].records() if record["code"] == code)


def test_every_table_of_the_schema_is_loaded(value_sets):
    own = {name.removesuffix(".csv") for name in read_schema(OWN_FOLDER / "schema.csv") if "/" not in name}
    assert set(value_sets.tables) == own
    assert all(table.rows for table in value_sets.tables.values())


def test_cells_have_the_types_of_the_schema(value_sets):
    row = row_of(value_sets, "XW033C3")
    assert row["text_required"] is False
    assert row["valid_to"] == datetime.date(2021, 9, 30)
    assert row["product"] is None
    fahrenheit = next(r for r in value_sets["lab_units"].records() if r["unit_spelling"] == "[degF]")
    assert fahrenheit["offset_before"] == Decimal(-32)


def test_a_site_row_with_our_key_replaces_ours_and_a_new_key_is_added(tmp_path, value_sets):
    folder = site(
        tmp_path,
        HEADER
        + f"{PCS},XW033C3,exact,,,yes,exclude,no,procedure,,,no,site,\n"
        + "urn:local:his,CART-INF,exact,,,yes,include,no,procedure,,,no,site,a local code\n",
    )
    merged = load_value_sets([folder])
    assert row_of(merged, "XW033C3")["use"] == "exclude"
    assert row_of(merged, "CART-INF")["system"] == "urn:local:his"
    assert len(merged["infusions"].rows) == len(value_sets["infusions"].rows) + 1
    assert merged.hash != value_sets.hash


def test_the_last_site_folder_wins(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    for folder, use in ((first, "exclude"), (second, "review")):
        folder.mkdir()
        site(folder, HEADER + f"{PCS},XW033C3,exact,,,yes,{use},no,procedure,,,no,site,\n")
    assert row_of(load_value_sets([first, second]), "XW033C3")["use"] == "review"


def test_the_example_of_a_site_loads(value_sets):
    merged = load_value_sets([OWN_FOLDER / "site_example"])
    assert len(merged["other_procedures"].rows) == len(value_sets["other_procedures"].rows) + 8


def test_the_hash_ignores_the_order_of_lines(tmp_path):
    rows = [f"urn:local:his,{code},exact,,,yes,include,no,procedure,,,no,site,\n" for code in ("A", "B")]
    hashes = set()
    for number, lines in enumerate((rows, rows[::-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        hashes.add(load_value_sets([site(folder, HEADER + "".join(lines))]).hash)
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        (f"{PCS},,exact,,,yes,include,no,procedure,,,no,site,", "code", "required"),
        (f"{PCS},X,exact,,,yes,includes,no,procedure,,,no,site,", "use", "includes"),
        (f"{PCS},X,exact,,,maybe,include,no,procedure,,,no,site,", "autologous", "BOOLEAN"),
        (f"{PCS},X,exact,,,yes,include,no,procedure,2021,,no,site,", "valid_from", "DATE"),
    ],
)
def test_a_wrong_cell_is_named_by_file_line_and_column(tmp_path, line, column, said):
    with pytest.raises(ValueSetUnreadable, match=rf"infusions\.csv, line 2, column {column}: .*{said}"):
        load_value_sets([site(tmp_path, HEADER + line + "\n")])


def test_a_key_twice_is_named_by_its_line(tmp_path):
    line = f"{PCS},X,exact,,,yes,include,no,procedure,,,no,site,\n"
    with pytest.raises(ValueSetUnreadable, match="line 3, column system, code, channel"):
        load_value_sets([site(tmp_path, HEADER + line + line)])


def test_a_comma_too_many_is_named_by_its_line(tmp_path):
    with pytest.raises(ValueSetUnreadable, match="line 2: expected 14 fields, got 15"):
        load_value_sets([site(tmp_path, HEADER + f"{PCS},X,exact,a,b,yes,include,no,procedure,,,no,site,n,o\n"[:-1])])


def test_another_header_a_strange_file_and_a_missing_folder_stop(tmp_path):
    with pytest.raises(ValueSetUnreadable, match="line 1: expected the header system,code"):
        load_value_sets([site(tmp_path, "system;code\n")])
    (tmp_path / "infusions.csv").unlink()
    with pytest.raises(ValueSetUnreadable, match="no table of this name"):
        load_value_sets([site(tmp_path, "a\n", name="infusion.csv")])
    with pytest.raises(ValueSetUnreadable, match="expected a folder"):
        load_value_sets([tmp_path / "nowhere"])
