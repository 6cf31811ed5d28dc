"""The seed's protocol, and what a wrong protocol file says."""

from decimal import Decimal

import pytest

from mappings.errors import ProtocolUnreadable
from mappings.protocol import OWN_FOLDER, load_protocol

SEED = (OWN_FOLDER / "car-t-b-all.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def protocol():
    return load_protocol("car-t-b-all")


def changed(tmp_path, *pairs):
    text = SEED
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    (tmp_path / "car-t-b-all.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_windows_are_those_of_the_contract(protocol):
    assert protocol.window_days() == {"look_back": (-30, -1), "early": (0, 30), "late": (31, 90)}


def test_thresholds_have_the_values_of_the_rule_sheet(protocol):
    thresholds = protocol.thresholds()
    assert len(thresholds) == 57
    assert list(thresholds)[:7] == [
        "look_back_first_day", "look_back_last_day", "early_first_day", "early_last_day", "late_first_day",
        "late_last_day", "course_gap_days",
    ]  # fmt: skip
    assert (thresholds["course_gap_days"], thresholds["look_back_observed_days"]) == (60, 14)
    assert (thresholds["contaminant_specimens"], thresholds["contaminant_needs_symptom"]) == (2, False)
    assert (thresholds["join_before_days"], thresholds["join_after_days"]) == (3, 14)
    assert (thresholds["fever_celsius"], thresholds["fever_sustained_celsius"]) == (Decimal("38.3"), Decimal("38.0"))
    assert (thresholds["neutropenia_anc_per_ul"], thresholds["complete_day"]) == (500, 30)


def test_every_threshold_says_where_it_comes_from(protocol):
    for name, threshold in protocol.sourced_thresholds().items():
        assert threshold.source, name
        assert threshold.unit, name
        assert threshold.verified == (threshold.tag in "SD"), name


def test_what_is_pulled_is_the_rule_sheet_s(protocol):
    drugs, observations = protocol.extraction_of("MedicationRequest"), protocol.extraction_of("Observation")
    assert (drugs.first_day, drugs.last_day) == (-120, 90)
    assert (observations.first_day, observations.last_day) == (-100, 90)
    assert protocol.extraction_of("Procedure").first_day is None
    assert protocol.extraction_of("Claim") is None


def test_the_measures_are_those_of_the_contract(protocol):
    assert protocol.measures[0] == "patients_infused"
    assert protocol.measures[-1] == "crs_progression_association"
    assert len(protocol.measures) == 11


def test_it_explains_itself(protocol):
    sentences = protocol.explain()
    assert "Window early: day 0 to 30, both ends counted." in sentences
    assert any(s.startswith("cmv significant iu per ml: >= 1000 [IU]/mL") and "not verified" in s for s in sentences)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_the_hash_is_of_the_content(tmp_path, protocol):
    spaced = changed(tmp_path, ("[index_event]", "# a remark\n\n[index_event]"))
    assert load_protocol("car-t-b-all", [spaced]).hash == protocol.hash
    other = changed(tmp_path, ("course_gap_days = { value = 60", "course_gap_days = { value = 21"))
    assert load_protocol("car-t-b-all", [other]).hash != protocol.hash
    assert load_protocol(tmp_path / "car-t-b-all.toml").thresholds()["course_gap_days"] == 21


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "course_gap_days = { value = 60",
            'course_gap_days = { value = "x"',
            "thresholds.course_gap_days.value: .*integer",
        ),
        ("course_gap_days =", "course_gap_day =", "thresholds.course_gap_days: Field required"),
        ("value = 38.3", 'value = "warm"', "thresholds.fever_celsius.value: .*decimal"),
        ('comparator = ">="', 'comparator = "=>"', "windows.look_back.first_day.comparator"),
        ('tag = "S"', 'tag = "Z"', "windows.look_back.first_day.tag"),
        ("value = -30", "value = 30", "windows.look_back: .*first_day lies after last_day"),
        ('version = "1.0.0"', "", "key version: Field required"),
        ("[index_event]", "[index_events]", "key index_event: Field required"),
        ('name = "car-t-b-all"', 'name = "other"', "key name: expected 'car-t-b-all'"),
        ("name =", "name", "expected a TOML file"),
        ("first_day = -120\n", "", "key extraction.4: .*first_day and last_day go together"),
    ],
)
def test_a_wrong_file_is_named_with_key_and_expectation(tmp_path, before, after, said):
    folder = changed(tmp_path, (before, after))
    with pytest.raises(ProtocolUnreadable, match=rf"car-t-b-all\.toml: .*{said}"):
        load_protocol("car-t-b-all", [folder])


def test_an_unknown_name_lists_the_known_ones(tmp_path):
    with pytest.raises(ProtocolUnreadable, match=r"no file nobody\.toml .* Known: car-t-b-all\."):
        load_protocol("nobody", [tmp_path])
    with pytest.raises(ProtocolUnreadable, match="cannot be read"):
        load_protocol(tmp_path / "nobody.toml")
