"""Which positive results are infections: contaminants, sterile and other sites, candidates, toxins."""

import pytest

from tests.sql.conftest import Store
from tests.sql.results.given import given_conditions, given_results, given_specimens


def judged(store: Store) -> list[tuple[object, ...]]:
    """Reason per result; None = qualifies."""
    store.build("cohort.organism_matches", "cohort.micro_results", "cohort.coded_evidence")
    rows = store.rows("cohort.result_qualification", ["result_key", "reason", "supporting_condition_id"])
    return [(str(key).removeprefix("Observation/").partition("#")[0], reason, by) for key, reason, by in rows]


def given_treatment(store: Store, start_on: str, target: str = "bacteria", days: int = 7, intent: str = "therapeutic",
                    running: str = "false") -> None:  # fmt: skip
    store.given(
        "cohort.treatments",
        f"""
        patient_id | name | target   | intent   | start_on   | days   | running_before
        p1         | drug | {target} | {intent} | {start_on} | {days} | {running}
        """,
    )


def cultures(store: Store, *draws: str, test: str = "blood") -> None:
    """Results `value at`, one specimen each."""
    lines = [f"o{number} | {test} | {' | '.join(draw.split())}" for number, draw in enumerate(draws, start=1)]
    given_results(store, "\n".join(["id | test | value | at", *lines]))


def test_two_sets_on_consecutive_days_are_an_infection_across_midnight(store: Store) -> None:
    cultures(store, "hominis 2020-03-04T23:50:00+08:00", "hominis 2020-03-05T00:10:00+08:00")
    assert judged(store) == [("o1", None, None), ("o2", None, None)]


def test_days_are_local_not_utc(store: Store) -> None:
    cultures(store, "hominis 2020-03-04T15:50:00Z", "hominis 2020-03-06T16:10:00Z")
    assert [row[1] for row in judged(store)] == ["contaminant", "contaminant"]


def test_single_sets_two_days_apart_are_two_contaminants(store: Store) -> None:
    cultures(store, "hominis 2020-03-10", "hominis 2020-03-12")
    assert [row[1] for row in judged(store)] == ["contaminant", "contaminant"]


def test_two_bottles_of_one_specimen_are_one(store: Store) -> None:
    given_specimens(store, "id | type | at\ns1 | blood | 2020-03-04")
    given_results(
        store,
        """
        id | test          | value   | specimen
        o1 | blood         | hominis | s1
        o2 | blood-aerobic | hominis | s1
        """,
    )
    assert [row[1] for row in judged(store)] == ["contaminant", "contaminant"]


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("capitis", "haemolyticus", "contaminant"),
        ("capitis", "cons", None),
        ("staphylococcus", "cons", "contaminant"),
    ],
)
def test_contaminants_pair_only_with_the_same_organism(
    store: Store, first: str, second: str, reason: str | None
) -> None:
    cultures(store, f"{first} 2020-03-04T08:00:00+08:00", f"{second} 2020-03-04T09:00:00+08:00")
    expected = None if first == "staphylococcus" else reason
    assert [row[1] for row in judged(store)] == [expected, reason]


@pytest.mark.parametrize("organism", ["oralis", "cereus", "lugdunensis", "staphylococcus", "albicans", "coli"])
def test_every_other_organism_counts_from_one_sterile_specimen(store: Store, organism: str) -> None:
    cultures(store, f"{organism} 2020-03-04")
    assert [row[1] for row in judged(store)] == [None]


def test_a_pathogen_and_a_contaminant_in_one_set_are_judged_apart(store: Store) -> None:
    cultures(store, "oxytoca 2020-03-04", "acnes 2020-03-04")
    assert [row[1] for row in judged(store)] == [None, "contaminant"]


@pytest.mark.parametrize(("days", "reason"), [(3, "contaminant"), (4, "possible_contaminant_treated")])
def test_a_single_contaminant_treated_four_days_is_listed_for_a_verdict(store: Store, days: int, reason: str) -> None:
    cultures(store, "epidermidis 2020-03-04")
    given_treatment(store, "2020-03-04", days=days)
    assert [row[1] for row in judged(store)] == [reason]


@pytest.mark.parametrize(
    ("start_on", "reason"),
    [
        ("2020-03-18", "colonisation_or_unknown"),
        ("2020-03-19", None),
        ("2020-03-23", None),
        ("2020-03-24", "colonisation_or_unknown"),
    ],
)
def test_a_sputum_culture_counts_with_a_treatment_started_day_minus_1_to_3(
    store: Store, start_on: str, reason: str | None
) -> None:
    cultures(store, "maltophilia 2020-03-20", test="sputum")
    given_treatment(store, start_on)
    assert judged(store) == [("o1", reason, None)]


@pytest.mark.parametrize(
    ("organism", "target", "reason"),
    [
        ("albicans", "bacteria", "colonisation_or_unknown"),
        ("albicans", "fungi", None),
        ("coli", "fungi", "colonisation_or_unknown"),
        ("coli", "bacteria", None),
    ],
)
def test_a_treatment_must_fit_the_class_of_the_organism(
    store: Store, organism: str, target: str, reason: str | None
) -> None:
    cultures(store, f"{organism} 2020-03-20", test="sputum")
    given_treatment(store, "2020-03-20", target=target)
    assert [row[1] for row in judged(store)] == [reason]


@pytest.mark.parametrize(
    ("intent", "running", "reason"),
    [
        ("both", "false", None),
        ("both", "true", "colonisation_or_unknown"),
        ("prophylaxis", "false", "colonisation_or_unknown"),
    ],
)
def test_prophylaxis_is_no_treatment(store: Store, intent: str, running: str, reason: str | None) -> None:
    cultures(store, "albicans 2020-03-20", test="sputum")
    given_treatment(store, "2020-03-20", target="fungi", intent=intent, running=running)
    assert [row[1] for row in judged(store)] == [reason]


@pytest.mark.parametrize(
    ("onset", "reason"),
    [("2020-03-19", "colonisation_or_unknown"), ("2020-03-20", None), ("2020-04-03", None),
     ("2020-04-04", "colonisation_or_unknown")],
)  # fmt: skip
def test_a_urine_culture_counts_with_a_condition_of_its_site_within_seven_days(
    store: Store, onset: str, reason: str | None
) -> None:
    cultures(store, "faecalis 2020-03-27", test="urine")
    given_conditions(store, f"id | code | onset\nc1 | N39.0 | {onset}")
    assert judged(store) == [("o1", reason, None if reason else "c1")]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("N39.0", None),
        ("A41.5", "colonisation_or_unknown"),
        ("cm:A41.51", None),
        ("cm:B96.20", None),
        ("cm:A41.9", "colonisation_or_unknown"),
        ("B37.0", "colonisation_or_unknown"),
    ],
)
def test_a_condition_matches_by_site_or_by_the_organism_it_names(store: Store, code: str, reason: str | None) -> None:
    cultures(store, "coli 2020-03-27", test="urine")
    given_conditions(store, f"id | code | onset\nc1 | {code} | 2020-03-27")
    assert [row[1] for row in judged(store)] == [reason]


def test_a_refuted_condition_supports_nothing(store: Store) -> None:
    cultures(store, "coli 2020-03-27", test="urine")
    given_conditions(store, "id | code | onset | verified\nc1 | N39.0 | 2020-03-27 | refuted")
    assert [row[1] for row in judged(store)] == ["colonisation_or_unknown"]


def test_the_nearest_of_two_conditions_supports_and_a_result_stays_one_row(store: Store) -> None:
    cultures(store, "coli 2020-03-27", test="urine")
    given_conditions(store, "id | code | onset\nc1 | N39.0 | 2020-03-21\nc2 | N39.0 | 2020-03-28")
    assert judged(store) == [("o1", None, "c2")]


def test_contaminants_at_other_sites_need_both_rules(store: Store) -> None:
    cultures(store, "epidermidis 2020-03-27T08:00:00+08:00", "epidermidis 2020-03-28T08:00:00+08:00", test="urine")
    assert [row[1] for row in judged(store)] == ["colonisation_or_unknown", "colonisation_or_unknown"]
    given_treatment(store, "2020-03-28")
    store.build("cohort.positive_results", "cohort.matching_treatments", "cohort.result_qualification")
    assert [row[0] for row in store.rows("cohort.result_qualification", ["reason"])] == [None, None]


@pytest.mark.parametrize(("test", "value"), [("toxin", "positive"), ("c-diff-pcr", "positive")])
def test_c_difficile_counts_by_toxin_or_by_toxigenic_naat_alone(store: Store, test: str, value: str) -> None:
    cultures(store, f"{value} 2020-03-27", test=test)
    assert [row[1] for row in judged(store)] == [None]


def test_a_naat_with_a_negative_toxin_of_the_same_specimen_is_listed(store: Store) -> None:
    given_results(
        store,
        """
        id | test       | value    | at
        o1 | c-diff-pcr | positive | 2020-03-27
        o2 | toxin      | negative | 2020-03-27
        o3 | c-diff-pcr | positive | 2020-03-29
        """,
    )
    assert judged(store) == [("o1", "c_difficile_toxin_negative", None), ("o3", None, None)]


def test_c_difficile_antigen_or_culture_alone_is_not_enough(store: Store) -> None:
    given_results(
        store,
        """
        id | test    | value     | at
        o1 | antigen | positive  | 2020-03-27
        o2 | stool   | difficile | 2020-03-27
        """,
    )
    given_treatment(store, "2020-03-27", target="c_difficile")
    assert [row[1] for row in judged(store)] == ["colonisation_or_unknown", "colonisation_or_unknown"]


@pytest.mark.parametrize(
    ("test", "value", "flag"),
    [("galactomannan", "", "H"), ("glucan", "", "H"), ("sputum", "fumigatus", ""), ("lavage", "albicans", "")],
)
def test_fungal_candidates_are_listed_without_a_matching_condition(
    store: Store, test: str, value: str, flag: str
) -> None:
    given_results(store, f"id | test | value | at | flag\no1 | {test} | {value} | 2020-03-27 | {flag}")
    given_treatment(store, "2020-03-27", target="fungi")
    assert judged(store) == [("o1", "fungal_candidate", None)]


@pytest.mark.parametrize(
    ("test", "value", "flag", "reason"),
    [
        ("galactomannan", "", "H", None),
        ("glucan", "", "H", "fungal_candidate"),
        ("sputum", "fumigatus", "", None),
        ("lavage", "fumigatus", "", None),
    ],
)
def test_a_matching_condition_makes_a_mould_count_and_glucan_never_documents(
    store: Store, test: str, value: str, flag: str, reason: str | None
) -> None:
    given_results(store, f"id | test | value | at | flag\no1 | {test} | {value} | 2020-03-27 | {flag}")
    given_conditions(store, "id | code | onset\nc1 | B44.1 | 2020-03-27")
    assert judged(store) == [("o1", reason, None if reason else "c1")]


def test_candidaemia_and_mould_of_a_sterile_site_count_alone(store: Store) -> None:
    cultures(store, "albicans 2020-03-27", "fumigatus 2020-03-28")
    assert [row[1] for row in judged(store)] == [None, None]


def test_a_treated_candida_of_the_stool_is_no_infection(store: Store) -> None:
    cultures(store, "albicans 2020-03-27", test="stool")
    given_treatment(store, "2020-03-27", target="fungi")
    assert [row[1] for row in judged(store)] == ["stool_candida"]


@pytest.mark.parametrize(("test", "reason"), [("rsv-pcr", "colonisation_or_unknown"), ("covid-pcr", None)])
def test_only_sars_cov_2_counts_alone_among_airway_viruses(store: Store, test: str, reason: str | None) -> None:
    cultures(store, "detected 2020-03-27", test=test)
    assert [row[1] for row in judged(store)] == [reason]


def test_a_cold_code_and_its_virus_make_each_other_count(store: Store) -> None:
    cultures(store, "detected 2020-03-27", test="rsv-pcr")
    given_conditions(store, "id | code | onset\nc1 | J06.9 | 2020-04-03")
    assert judged(store) == [("o1", None, "c1")]
    assert store.rows("cohort.coded_evidence", ["needed_met", "reason"]) == [(True, None)]


def test_an_antiviral_must_be_the_one_for_the_virus(store: Store) -> None:
    cultures(store, "detected 2020-03-27", test="rsv-pcr")
    given_treatment(store, "2020-03-27", target="influenza")
    assert [row[1] for row in judged(store)] == ["colonisation_or_unknown"]
    given_treatment(store, "2020-03-27", target="respiratory_viruses")
    store.build("cohort.positive_results", "cohort.matching_treatments", "cohort.result_qualification")
    assert store.rows("cohort.result_qualification", ["reason"]) == [(None,)]


def test_results_with_a_reason_or_without_a_day_are_not_judged(store: Store) -> None:
    given_results(
        store,
        "id | test | value | at\no1 | blood | no-growth | 2020-03-27\no2 | blood | coli |",
    )
    assert judged(store) == []
