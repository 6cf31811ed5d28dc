"""How views read values: text kept, lists flattened, wrong types tolerated, references resolved."""

from decimal import Decimal

import pytest

from mappings.sql_on_fhir import compile_view

TEXT = {"type": "decimal", "tag": [{"name": "ansi/type", "value": "CHARACTER VARYING"}]}
QUANTITY = "value.ofType(Quantity).value"


def observation(**elements):
    return {"resourceType": "Observation", "id": "o", **elements}


@pytest.mark.parametrize("number", ["1.10", "6.31", "0.00", "-2.50", "5", "1e3", "6.30000000000000000001"])
def test_a_decimal_keeps_its_text(column_of, number):
    resource = f'{{"resourceType": "Observation", "id": "o", "valueQuantity": {{"value": {number}, "unit": "g"}}}}'
    assert column_of("Observation", QUANTITY, resource, **TEXT) == [number]


def test_a_decimal_without_the_tag_is_an_exact_number(column_of):
    resource = '{"resourceType": "Observation", "valueQuantity": {"value": 6.31}}'
    assert column_of("Observation", QUANTITY, resource, type="decimal") == [Decimal("6.31")]


def test_texts_that_look_like_numbers_in_json_stay_as_they_are(rows_of):
    view = {
        "resource": "Observation",
        "select": [
            {"column": [{"name": "n", "path": QUANTITY, **TEXT}, {"name": "s", "path": "value.ofType(string)"}]},
            {"forEach": "note", "column": [{"name": "note", "path": "text"}]},
        ],
    }
    tricky = [',"x":1.10', '{ "value": 2.50', "ends with ,", ":1.50", "\\", '"', '\\",\\"q\\":1.10']
    resource = observation(
        valueQuantity={"value": 0.5}, valueString=',"value":1.10', note=[{"text": t} for t in tricky]
    )
    rows = rows_of(view, resource)
    assert [row["note"] for row in rows] == tricky
    assert {(row["n"], row["s"]) for row in rows} == {("0.5", ',"value":1.10')}


def test_dates_stay_the_text_that_was_received(column_of):
    sent = ["2014", "2014-05", "2014-05-06", "2014-05-06T24:00", "20140506", "2014-05-06T10:00:00.120+08:00"]
    resources = [{"resourceType": "Patient", "id": text, "birthDate": text} for text in sent]
    assert column_of("Patient", "birthDate", *resources, type="date") == sent


def test_an_array_in_an_object_in_an_array_gives_a_row_per_element(rows_of):
    view = {"resource": "Observation", "select": [{"forEach": "interpretation.coding", "column": [_column("code")]}]}
    codings = [{"coding": [{"code": "a"}, {"code": "b"}]}, {"text": "no coding"}, {"coding": [{"code": "c"}]}]
    assert rows_of(view, observation(interpretation=codings)) == [{"code": "a"}, {"code": "b"}, {"code": "c"}]


def test_an_object_and_then_an_array_gives_a_row_per_element(rows_of):
    view = {"resource": "Observation", "select": [{"forEach": "code.coding", "column": [_column("code")]}]}
    resource = observation(code={"coding": [{"code": "104177"}, {"code": "600-7"}]})
    assert rows_of(view, resource, observation(code={"text": "only"})) == [{"code": "104177"}, {"code": "600-7"}]


def test_null_beside_a_primitive_extension_is_no_value(column_of):
    resource = {"resourceType": "Patient", "name": [{"given": ["Anna", None], "_given": [None, {"id": "x"}]}]}
    assert column_of("Patient", "name.given", resource, collection=True) == [["Anna"]]


@pytest.mark.parametrize(
    ("path", "elements", "expected"),
    [
        ("code.coding.code.first()", {"code": "not an object"}, None),
        ("code.coding.code.first()", {"code": {"coding": {"code": "an object"}}}, None),
        ("code.coding.code.first()", {"code": {"coding": ["text", None, {"code": "c"}]}}, "c"),
        ("value.ofType(Quantity).unit", {"valueQuantity": []}, None),
        ("value.ofType(Quantity).unit", {"valueQuantity": {"unit": 5}}, "5"),
        ("value.ofType(boolean)", {"valueBoolean": "true"}, True),
        ("value.ofType(boolean)", {"valueBoolean": {"a": 1}}, None),
        ("value.ofType(integer)", {"valueInteger": "many"}, None),
        ("status", {"status": None}, None),
        ("id", {"code": {"coding": [[]]}}, "o"),
    ],
)
def test_a_value_of_another_json_type_never_fails_the_query(column_of, path, elements, expected):
    assert column_of("Observation", path, observation(**elements)) == [expected]


@pytest.mark.parametrize(
    ("reference", "of_patient", "of_any"),
    [
        ("Patient/p1", "p1", "p1"),
        ("https://ehr.example/fhir/Patient/p1", "p1", "p1"),
        ("Patient/p1/_history/2", "p1", "p1"),
        ("urn:uuid:0c3a-4", "0c3a-4", "0c3a-4"),
        ("Group/g1", None, "g1"),
        ("#contained", None, None),
        ("Patient?identifier=http://mrn|5", None, None),
        ("Patient/", None, None),
        (None, None, None),
    ],
)
def test_a_reference_gives_the_id_that_it_names(column_of, reference, of_patient, of_any):
    resource = observation(subject={"reference": reference, "display": "somebody"})
    assert column_of("Observation", "subject.getReferenceKey(Patient)", resource) == [of_patient]
    assert column_of("Observation", "subject.getReferenceKey()", resource) == [of_any]


def test_several_values_where_one_is_asked_for_stop_the_query_without_naming_them(column_of):
    resource = {"resourceType": "Patient", "name": [{"family": "SENTINEL"}, {"family": "B"}]}
    with pytest.raises(Exception, match="column value: a resource has several values") as failure:
        column_of("Patient", "name.family", resource)
    assert "SENTINEL" not in str(failure.value)


def test_rows_of_another_type_are_left_out(column_of):
    assert column_of("Patient", "id", observation(), {"resourceType": "Patient", "id": "p"}) == ["p"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("birthDate = @1970-06-01", True),
        ("birthDate < @1970-07", True),
        ("birthDate < @1970-06", None),
        ("birthDate >= @1971", False),
        ("deceased.ofType(dateTime) = @2020-01-01T08:00:00+08:00", True),
        ("deceased.ofType(dateTime) > @2020-01-01T00:00:00", None),
    ],
)
def test_moments_compare_as_far_as_they_are_precise(column_of, path, expected):
    resource = {"resourceType": "Patient", "birthDate": "1970-06-01", "deceasedDateTime": "2020-01-01T00:00:00Z"}
    assert column_of("Patient", path, resource, type="boolean") == [expected]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("name.family = 'a'", False),
        ("name.where(use = 'usual').family = 'b'", True),
        ("name.where(use = 'old').family = 'b'", None),
        ("name.where(given.exists()).where(given.first() = 'x').exists()", True),
        ("name.exists(use = 'usual' and family = 'b')", True),
        ("deceased.exists()", False),
        ("active or name.exists()", True),
        ("(active and name.empty()).not()", True),
        ("active.not()", None),
        ("`name`.family.join('|') = 'a|b'", True),
        ("name[1].family & 'x' = 'bx'", "unsupported"),
        ("-1 + 2 * 3 = 5", True),
        ("0.1 + 0.2 = 0.3", True),
        ("1 / 0 = 1", None),
        ("name.family.first() + 'x' = 'ax'", True),
        ("'it''s' = 'x'", "unsupported"),
        ("'it\\'s' = 'it\\'s'", True),
    ],
)
def test_logic_follows_the_empty_collection(column_of, path, expected):
    resource = {"resourceType": "Patient", "name": [{"family": "a", "given": ["x"]}, {"family": "b", "use": "usual"}]}
    if expected == "unsupported":
        with pytest.raises(Exception, match="position"):
            column_of("Patient", path, resource)
    else:
        assert column_of("Patient", path, resource, type="boolean") == [expected]


def test_criteria_may_look_out_of_their_own_element(rows_of):
    view = {
        "resource": "Patient",
        "select": [
            {"forEach": "contact.where(telecom.where(system = 'phone').exists())", "column": [_column("gender")]}
        ],
    }
    contacts = [
        {"gender": "male", "telecom": [{"system": "phone"}]},
        {"gender": "female", "telecom": [{"system": "fax"}]},
    ]
    assert rows_of(view, {"resourceType": "Patient", "contact": contacts}) == [{"gender": "male"}]


def test_for_each_or_null_keeps_the_parent_and_for_each_drops_it(rows_of):
    patients = [{"resourceType": "Patient", "id": "with", "name": [{}]}, {"resourceType": "Patient", "id": "without"}]
    for key, expected in (("forEach", ["with"]), ("forEachOrNull", ["with", "without"])):
        view = {
            "resource": "Patient",
            "select": [{"column": [_column("id")]}, {key: "name", "column": [_column("family")]}],
        }
        assert [row["id"] for row in rows_of(view, *patients)] == expected


def test_a_constant_cannot_leave_its_quotes(rows_of):
    view = {
        "resource": "Patient",
        "constant": [{"name": "c", "valueString": "x') or ('a' = 'a"}],
        "select": [{"column": [_column("id")]}],
        "where": [{"path": "id = %c"}],
    }
    assert rows_of(view, {"resourceType": "Patient", "id": "p"}) == []


def test_contained_resources_are_read_by_their_type(column_of):
    contained = [
        {"resourceType": "Medication", "id": "m", "code": {"coding": [{"code": "drug"}]}},
        {"resourceType": "Specimen", "id": "s", "type": {"text": "blood"}},
        "no resource",
    ]
    resource = observation(contained=contained)
    assert column_of("Observation", "contained.ofType(Medication).code.coding.code.first()", resource) == ["drug"]
    assert column_of("Observation", "contained.ofType(Specimen).type.text.first()", resource) == ["blood"]
    assert column_of("Observation", "contained.ofType(Device).id.first()", resource, observation()) == [None, None]


def test_repeat_walks_down_in_the_order_of_the_document_and_keeps_decimals(rows_of):
    leaf = '{"linkId": "1.1.1", "answer": [{"valueDecimal": 1.10}]}'
    resource = (
        '{"resourceType": "QuestionnaireResponse", "id": "q", "item": [{"linkId": "1", "item": ['
        f'{{"linkId": "1.1", "answer": [{{"item": [{leaf}]}}]}}]}}, {{"linkId": "2"}}]}}'
    )
    number = {"name": "n", "path": "answer.value.ofType(decimal).first()", **TEXT}
    view = {
        "resource": "QuestionnaireResponse",
        "select": [
            {"repeat": ["item", "answer.item"], "column": [_column("linkId"), _column("%rowIndex", "i"), number]}
        ],
    }
    rows = rows_of(view, resource, {"resourceType": "QuestionnaireResponse", "id": "none"})
    assert [(r["linkId"], r["i"], r["n"]) for r in rows] == [
        ("1", 0, None),
        ("1.1", 1, None),
        ("1.1.1", 2, "1.10"),
        ("2", 3, None),
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("birthDate.lowBoundary()", "1970-02-01"),
        ("birthDate.highBoundary()", "1970-02-28"),
        ("deceased.ofType(dateTime).lowBoundary()", "2020-05-06T10:00:00.000+08:00"),
        ("deceased.ofType(dateTime).highBoundary()", "2020-05-06T10:00:59.999+08:00"),
        ("meta.lastUpdated.highBoundary()", "2020-01-01T00:00:00.120Z"),
    ],
)
def test_boundaries_fill_what_a_moment_leaves_open(column_of, path, expected):
    resource = {
        "resourceType": "Patient",
        "birthDate": "1970-02",
        "deceasedDateTime": "2020-05-06T10:00+08:00",
        "meta": {"lastUpdated": "2020-01-01T00:00:00.120Z"},
    }
    assert column_of("Patient", path, resource) == [expected]


@pytest.mark.parametrize(
    ("number", "low", "high"), [("1", "0.5", "1.5"), ("1.10", "1.095", "1.105"), ("-0.0", "-0.05", "0.05")]
)
def test_boundaries_of_a_decimal_lie_half_a_place_away(column_of, number, low, high):
    resource = f'{{"resourceType": "Observation", "valueQuantity": {{"value": {number}}}}}'
    assert column_of("Observation", f"{QUANTITY}.lowBoundary()", resource) == [Decimal(low)]
    assert column_of("Observation", f"{QUANTITY}.highBoundary()", resource) == [Decimal(high)]


def test_the_sql_is_the_same_each_time():
    view = {"resource": "Patient", "select": [{"column": [_column("name.where(use = 'x').given.first()", "given")]}]}
    assert compile_view(view, source="s").sql == compile_view(view, source="s").sql


def _column(path, name=None):
    return {"name": name or path, "path": path}


def test_only_the_decimals_that_a_view_reads_are_touched(column_of):
    resource = (
        '{"resourceType": "Observation", "id": "o", "valueQuantity": {"value": 1.10, "unit": "x\\",\\"value\\":2.20"}, '
        '"referenceRange": [{"low": {"value": 3.30}}], "component": [{"valueString": "value"}]}'
    )
    assert column_of("Observation", QUANTITY, resource, **TEXT) == ["1.10"]
    assert column_of("Observation", "value.ofType(Quantity).unit", resource) == ['x","value":2.20']
    assert column_of("Observation", "component.value.ofType(string).first()", resource) == ["value"]
    assert column_of("Observation", "referenceRange.low.value.first()", resource, **TEXT) == ["3.30"]


def test_null_elements_are_no_rows_and_do_not_count(rows_of):
    resource = {"resourceType": "Patient", "name": [None, {"family": "a"}, None, {"family": "b"}]}
    for columns in ([_column("family")], [_column("family"), _column("%rowIndex", "i")]):
        rows = rows_of({"resource": "Patient", "select": [{"forEach": "name", "column": columns}]}, resource)
        assert [row["family"] for row in rows] == ["a", "b"]
        assert [row["i"] for row in rows if "i" in row] in ([], [0, 1])
