"""What a microbiology result says, from which specimen, and the first reason that it is no evidence."""

from tests.sql.conftest import Store
from tests.sql.results.given import SNOMED, given_results, given_specimens

RELATION = "cohort.micro_results"


def said(store: Store) -> list[tuple[object, ...]]:
    return store.rows(RELATION, ["resource_id", "organism_name", "outcome", "reason"])


def test_the_organism_is_the_coded_value(store: Store) -> None:
    given_results(store, "id | test | value | at\no1 | blood | coli | 2020-01-03")
    rows = store.rows(RELATION, ["result_key", "collected_on", "site", "sterile", "infection_class", "reason"])
    assert rows == [("Observation/o1#112283007", "2020-01-03", "blood", True, "bacterial_gn", None)]


def test_a_resistant_variant_is_its_base_organism(store: Store) -> None:
    given_results(store, "id | test | value | at\no1 | blood | mrsa | 2020-01-03")
    assert said(store) == [("o1", "Staphylococcus aureus", "positive", None)]


def test_a_negative_clause_names_no_organism(store: Store) -> None:
    given_results(store, "id | test | at | text\no1 | urine | 2020-01-03 | no Candida isolated; E. coli grown")
    assert said(store) == [("o1", "Escherichia coli", "positive", None)]


def test_a_chinese_name_matches_by_containment_longest_first(store: Store) -> None:
    given_results(store, "id | test | at | text\no1 | blood | 2020-01-03 | 培养出表皮葡萄球菌")
    assert said(store) == [("o1", "Staphylococcus epidermidis", "positive", None)]


def test_a_name_that_no_list_knows_is_read_as_its_genus(store: Store) -> None:
    given_results(store, "id | test | at | text\no1 | blood | 2020-01-03 | Enterobacter ludwigii")
    assert said(store) == [("o1", "Enterobacter", "positive", None)]


def test_two_organisms_of_one_text_are_two_rows(store: Store) -> None:
    text = "Escherichia coli and Klebsiella oxytoca"
    given_results(store, f"id | test | at | text\no1 | blood | 2020-01-03 | {text}")
    assert [row[1] for row in said(store)] == ["Escherichia coli", "Klebsiella oxytoca"]


def test_what_no_list_knows_is_unresolved_and_never_a_pathogen(store: Store) -> None:
    given_results(
        store,
        """
        id | test  | value     | at         | text
        o1 | blood | 999999999 | 2020-01-03 |
        o2 | blood |           | 2020-01-04 | pale colonies
        """,
    )
    assert said(store) == [
        ("o1", None, "positive", "unresolved_organism"),
        ("o2", None, "unknown", "unresolved_organism"),
    ]


def test_no_growth_is_negative_and_kept(store: Store) -> None:
    given_results(
        store,
        """
        id | test  | value     | at         | text
        o1 | blood | no-growth | 2020-01-03 |
        o2 | blood |           | 2020-01-03 | No growth after 5 days
        o3 | blood |           | 2020-01-03 | 无细菌生长
        """,
    )
    assert said(store) == [(name, None, "negative", "negative") for name in ("o1", "o2", "o3")]


def test_absent_and_indeterminate_are_unknown_never_negative(store: Store) -> None:
    given_results(
        store,
        """
        id | test  | value         | at
        o1 | blood | indeterminate | 2020-01-03
        o2 | blood |               | 2020-01-03
        """,
    )
    assert said(store) == [(name, None, "unknown", "not_performed") for name in ("o1", "o2")]


def test_a_preliminary_culture_to_follow_is_pending(store: Store) -> None:
    given_results(
        store,
        """
        id | test  | at         | status      | text
        o1 | blood | 2020-01-03 | preliminary | no growth so far, final to follow
        o2 | blood | 2020-01-03 | registered  |
        """,
    )
    assert said(store) == [("o1", None, "pending", "pending"), ("o2", None, "pending", "pending")]


def test_mixed_flora_is_no_pathogen(store: Store) -> None:
    given_results(store, "id | test | at | text\no1 | urine | 2020-01-03 | mixed urogenital flora")
    assert said(store) == [("o1", None, "positive", "mixed_flora")]


def test_words_beside_a_coded_positive_may_name_the_organism_and_beside_other_codes_nothing(store: Store) -> None:
    given_results(
        store,
        """
        id | test  | value     | at         | text
        o1 | blood | positive  | 2020-01-03 | Klebsiella oxytoca
        o2 | blood | no-growth | 2020-01-04 | Klebsiella oxytoca
        o3 | blood | coli      | 2020-01-05 | Klebsiella oxytoca
        """,
    )
    assert [row[:3] for row in said(store)] == [
        ("o1", "Klebsiella oxytoca", "positive"),
        ("o2", None, "negative"),
        ("o3", "Escherichia coli", "positive"),
    ]


def test_a_positive_test_implies_its_organism(store: Store) -> None:
    given_results(
        store,
        """
        id | test    | value        | at         | text     | flag
        o1 | rsv-pcr | detected     | 2020-01-03 |          |
        o2 | rsv-pcr | not-detected | 2020-01-03 |          |
        o3 | rsv-pcr |              | 2020-01-03 | Detected |
        o4 | rsv-pcr |              | 2020-01-03 |          | POS
        """,
    )
    virus = "Human respiratory syncytial virus"
    assert [row[:3] for row in said(store)] == [
        ("o1", virus, "positive"),
        ("o2", None, "negative"),
        ("o3", virus, "positive"),
        ("o4", virus, "positive"),
    ]


def test_final_wins_over_preliminary_of_the_same_specimen_and_test(store: Store) -> None:
    given_specimens(store, "id | type | at\ns1 | blood | 2020-01-03T08:00:00+08:00")
    given_results(
        store,
        """
        id | test          | value | specimen | status      | text
        o1 | blood         |       | s1       | preliminary | gram positive cocci
        o2 | blood         | coli  | s1       | final       |
        o3 | blood-aerobic | coli  | s1       | preliminary |
        """,
    )
    assert [(row[0], row[3]) for row in said(store)] == [("o1", "superseded"), ("o2", None), ("o3", None)]


def test_dropped_statuses_are_no_evidence(store: Store) -> None:
    given_results(
        store,
        """
        id | test  | value | at         | status
        o1 | blood | coli  | 2020-01-03 | entered-in-error
        o2 | blood | coli  | 2020-01-03 | cancelled
        o3 | blood | coli  | 2020-01-03 | corrected
        """,
    )
    assert [row[3] for row in said(store)] == ["status_dropped", "status_dropped", None]


def test_a_child_takes_specimen_and_time_from_its_parent(store: Store) -> None:
    given_specimens(store, "id | type | at\ns1 | blood | 2020-01-03T23:30:00+08:00")
    given_results(
        store,
        """
        id    | test       | value    | specimen | at         | named
        mother | blood     | positive | s1       | 2020-01-05 |
        child | identified | coli     |          | 2020-01-06 |
        local |            | faecium  |          | 2020-01-07 |
        """,
    )
    store.given("stage.observation_member", "observation_id | member_id\nmother | child")
    store.given("stage.observation_derived_from", "observation_id | source_id\nlocal | mother")
    rows = store.rows(RELATION, ["resource_id", "specimen_key", "collected_on", "date_source", "kind", "site"])
    assert rows == [
        ("child", "s1", "2020-01-03", "collection", "culture", "blood"),
        ("local", "s1", "2020-01-03", "collection", "unmapped", "blood"),
    ]


def test_an_organism_may_be_the_code_as_text_of_a_child(store: Store) -> None:
    given_results(
        store,
        """
        id     | test  | value    | at         | named
        mother | blood | positive | 2020-01-05 |
        child  |       |          |            | KLEBSIELLA OXYTOCA
        other  |       |          | 2020-01-05 | Candida care plan
        """,
    )
    store.given("stage.observation_derived_from", "observation_id | source_id\nchild | mother")
    assert store.rows(RELATION, ["resource_id", "organism_name", "by_text"]) == [("child", "Klebsiella oxytoca", True)]


def test_an_isolate_is_its_parents_specimen(store: Store) -> None:
    given_specimens(
        store,
        """
        id | type    | at         | parent
        s1 | blood   | 2020-01-03 |
        s2 | isolate | 2020-01-05 | s1
        """,
    )
    given_results(store, "id | test | value | specimen\no1 | identified | coli | s2")
    assert store.rows(RELATION, ["specimen_key", "site", "sterile"]) == [("s1", "blood", True)]


def test_a_specimen_wins_over_the_test_and_a_tip_is_no_blood(store: Store) -> None:
    given_specimens(
        store,
        """
        id | type   | at         | words
        s1 | tip    | 2020-01-03 |
        s2 |        | 2020-01-03 | PICC tip
        s3 | rectal | 2020-01-03 |
        """,
    )
    given_results(
        store,
        """
        id | test       | value   | specimen
        o1 | blood      | aureus  | s1
        o2 | any        | aureus  | s2
        o3 | any        | faecium | s3
        o4 | vre-screen | faecium |
        """,
    )
    assert [(row[0], row[3]) for row in said(store)] == [
        ("o1", "catheter_tip_alone"),
        ("o2", "catheter_tip_alone"),
        ("o3", "screening"),
        ("o4", "screening"),
    ]


def test_time_is_collection_then_effective_then_issued(store: Store) -> None:
    given_specimens(
        store,
        """
        id | type  | at
        s1 | blood | 2020-01-02T23:30:00Z
        s2 | blood | 2020-01
        """,
    )
    given_results(
        store,
        """
        id | test  | value | specimen | at         | issued
        o1 | blood | coli  | s1       | 2020-01-09 | 2020-01-10
        o2 | blood | coli  | s2       | 2020-01-04 | 2020-01-06
        o3 | blood | coli  |          |            | 2020-01-05T01:00:00+08:00
        o4 | blood | coli  |          |            |
        """,
    )
    assert store.rows(RELATION, ["resource_id", "collected_on", "date_source", "reason"]) == [
        ("o1", "2020-01-03", "collection", None),
        ("o2", "2020-01-04", "effective", None),
        ("o3", "2020-01-05", "issued", None),
        ("o4", None, None, "no_date"),
    ]


def test_without_a_specimen_each_collection_time_is_one(store: Store) -> None:
    given_results(
        store,
        """
        id | test          | value | at
        o1 | blood         | coli  | 2020-01-03T08:00:00+08:00
        o2 | blood-aerobic | coli  | 2020-01-03T00:00:00Z
        o3 | blood         | coli  | 2020-01-03T08:10:00+08:00
        """,
    )
    keys = [row[1] for row in store.rows(RELATION, ["resource_id", "specimen_key"])]
    assert keys[0] == keys[1] != keys[2]


def test_viral_loads_are_read_in_canonical_units(store: Store) -> None:
    given_results(
        store,
        """
        id | test       | at         | number | unit        | below | text
        o1 | cmv-iu     | 2020-01-03 | 999    | IU/mL       |       |
        o2 | cmv-log-iu | 2020-01-03 | 3      | {log_IU}/mL |       |
        o3 | adenovirus | 2020-01-03 | 1000   |             |       |
        o4 | cmv-iu     | 2020-01-03 | 1000   | copies/mL   |       |
        o5 | cmv-iu     | 2020-01-03 | 7      | GEq/mL      |       |
        o6 | cmv-iu     | 2020-01-03 |        |             |       | 1,500 IU/mL
        """,
    )
    assert store.rows(RELATION, ["resource_id", "quantity", "unit_kind", "reason"]) == [
        ("o1", "999", "iu", None),
        ("o2", "1000", "iu", None),
        ("o3", "1000", "copies", None),
        ("o4", "1000", "copies", None),
        ("o5", "7", None, None),
        ("o6", "1500", "iu", None),
    ]


def test_below_quantification_and_detected_without_value_make_no_dnaemia(store: Store) -> None:
    given_results(
        store,
        """
        id | test    | value    | at         | number | below | text
        o1 | cmv-iu  |          | 2020-01-03 | 137    | <     |
        o2 | cmv-iu  | detected | 2020-01-03 |        |       |
        o3 | cmv-iu  |          | 2020-01-03 | 0      |       |
        o4 | cmv-iu  |          | 2020-01-03 |        |       | <35 IU/mL
        o5 | cmv-iu  |          | 2020-01-03 |        |       | Not detected
        """,
    )
    assert [(row[0], row[2], row[3]) for row in said(store)] == [
        ("o1", "positive", "below_quantification"),
        ("o2", "positive", "qualitative_only"),
        ("o3", "negative", "negative"),
        ("o4", "positive", "below_quantification"),
        ("o5", "negative", "negative"),
    ]


def test_a_qualitative_pcr_of_blood_is_evidence_only(store: Store) -> None:
    given_specimens(store, "id | type | at\ns1 | blood | 2020-01-03\ns2 | lavage | 2020-01-03")
    given_results(
        store,
        """
        id | test    | value    | specimen
        o1 | cmv-pcr | detected | s1
        o2 | cmv-pcr | detected | s2
        """,
    )
    assert [row[3] for row in said(store)] == ["qualitative_only", None]


def test_an_antibody_is_never_an_infection(store: Store) -> None:
    given_results(store, "id | test | value | at\no1 | covid-igg | positive | 2020-01-03")
    assert [row[3] for row in said(store)] == ["antibody_only"]


def test_an_unsatisfactory_specimen_is_dropped_unless_positive_and_final(store: Store) -> None:
    given_specimens(store, "id | type | at | status\ns1 | blood | 2020-01-03 | unsatisfactory")
    given_results(
        store,
        """
        id | test          | value | specimen | status
        o1 | blood         | coli  | s1       | final
        o2 | blood-aerobic | coli  | s1       | preliminary
        """,
    )
    assert store.rows(RELATION, ["resource_id", "is_unsatisfactory", "reason"]) == [
        ("o1", True, None),
        ("o2", True, "specimen_unsatisfactory"),
    ]


def test_a_specimen_collected_after_death_is_no_evidence(store: Store) -> None:
    store.given("cohort.deaths", "patient_id | died_on | is_dead\np1 | 2020-01-03 | true")
    given_results(store, "id | test | value | at\no1 | blood | coli | 2020-01-03\no2 | blood | coli | 2020-01-04")
    assert [row[3] for row in said(store)] == [None, "after_death"]


def given_reports(store: Store, coded: str = "") -> None:
    given_results(
        store,
        "id | test | value | at\nunused | panel | |",
        codings=f"DiagnosticReport | r1 | code | http://loinc.org | 18725-2 |\n{coded}",
    )
    store.given(
        "stage.diagnostic_report",
        """
        diagnostic_report_id | patient_id | status | effective_datetime | conclusion
        r1                   | p1         | final  | 2020-01-03         | Klebsiella oxytoca isolated
        """,
    )


def test_a_conclusion_in_words_only_is_listed(store: Store) -> None:
    given_reports(store)
    assert said(store) == [("r1", "Klebsiella oxytoca", "positive", "text_only_report")]


def test_a_conclusion_code_is_read_like_a_value(store: Store) -> None:
    given_reports(store, f"DiagnosticReport | r1 | conclusion | {SNOMED} | 112283007 |")
    assert said(store) == [("r1", "Escherichia coli", "positive", None)]


def test_a_report_whose_results_are_there_says_nothing_more(store: Store) -> None:
    given_reports(store)
    store.given("stage.diagnostic_report_result", "diagnostic_report_id | observation_id\nr1 | o1")
    given_results(
        store,
        "id | test | value | at\no1 | blood | coli | 2020-01-03",
        codings="DiagnosticReport | r1 | code | http://loinc.org | 18725-2 |",
    )
    assert [row[0] for row in said(store)] == ["o1"]


def test_a_conclusion_code_of_a_report_does_not_double_its_result(store: Store) -> None:
    given_reports(store)
    store.given("stage.diagnostic_report_result", "diagnostic_report_id | observation_id\nr1 | o1")
    given_results(
        store,
        "id | test | value | at\no1 | blood | hominis | 2020-01-03T09:00:00+08:00",
        codings=f"""
        DiagnosticReport | r1 | code | http://loinc.org | 18725-2 |
        DiagnosticReport | r1 | conclusion | {SNOMED} | 44827007 |
        DiagnosticReport | r1 | conclusion | {SNOMED} | 112283007 |
        """,
    )
    assert store.rows(RELATION, ["resource_id", "organism_name", "site"]) == [
        ("o1", "Staphylococcus hominis", "blood"),
        ("r1", "Escherichia coli", "blood"),
    ]


def test_susceptibility_and_other_laboratory_values_are_no_results(store: Store) -> None:
    given_results(
        store,
        """
        id | test  | value    | at         | named      | text
        o1 | panel | positive | 2020-01-03 |            |
        o2 |       |          | 2020-01-03 | Hemoglobin | Candida noted
        """,
    )
    assert said(store) == []


def test_a_code_given_twice_is_one_row(store: Store) -> None:
    given_results(
        store,
        "id | test | value | at\no1 | blood | coli | 2020-01-03",
        codings=f"""
        Observation | o1 | code | http://loinc.org | 17928-3 |
        Observation | o1 | value | {SNOMED} | 112283007 | E. coli
        """,
    )
    assert len(said(store)) == 1
