"""A view that is wrong or unsupported does not compile, and the message says where."""

import pytest

from mappings.sql_on_fhir import CompileError, ExpressionInvalid, ExpressionUnsupported, ViewInvalid, compile_view


def compile_column(path, **column):
    select = [{"column": [{"name": "made_up", "path": path, **column}]}]
    return compile_view({"name": "my_view", "resource": "Observation", "select": select}, source="landed")


@pytest.mark.parametrize(
    ("path", "kind", "position", "said"),
    [
        ("id.", ExpressionInvalid, 4, "expected a name"),
        ("id ]", ExpressionInvalid, 4, "unexpected"),
        ("@@", ExpressionInvalid, 1, "unexpected '@'"),
        ("(id", ExpressionInvalid, 4, "expected '\\)'"),
        ("nam", ExpressionInvalid, 1, "has no element 'nam'"),
        ("code.codin", ExpressionInvalid, 6, "CodeableConcept has no element 'codin'"),
        ("valueQuantity.value", ExpressionInvalid, 1, "write value.ofType\\(Quantity\\)"),
        ("value", ExpressionInvalid, 1, "several types"),
        ("value.ofType(Address)", ExpressionInvalid, 14, "never a Address"),
        ("value.ofType(Nothing)", ExpressionInvalid, 14, "no type 'Nothing'"),
        ("status.lower()", ExpressionUnsupported, 8, "lower\\(\\) is not supported"),
        ("issued.lowBoundary(3)", ExpressionUnsupported, 8, "with a precision"),
        ("status.lowBoundary()", ExpressionInvalid, 8, "lowBoundary\\(\\) of a code"),
        ("category | interpretation", ExpressionUnsupported, 10, "operator '\\|'"),
        ("status = 5", ExpressionInvalid, 8, "cannot compare a code with a integer"),
        ("status and status", ExpressionInvalid, 8, "expected a boolean"),
        ("%nobody", ExpressionInvalid, 1, "no constant %nobody"),
        ("status.first(1)", ExpressionInvalid, 8, "takes 0 arguments"),
        ("code.getReferenceKey()", ExpressionInvalid, 6, "getReferenceKey\\(\\) of a CodeableConcept"),
        ("code.getResourceKey()", ExpressionInvalid, 6, "no resource"),
        ("contained.code", ExpressionInvalid, 11, "Resource has no element 'code'"),
        ("contained.ofType(Quantity)", ExpressionInvalid, 18, "never a Quantity"),
        (
            "status.where($this = 'a').extension('x').url",
            ExpressionUnsupported,
            27,
            "a code has no element 'extension'",
        ),
        ("component['a']", ExpressionInvalid, 11, "an index must be an integer"),
    ],
)
def test_a_wrong_expression_is_named_with_its_place(path, kind, position, said):
    with pytest.raises(kind, match=said) as failure:
        compile_column(path)
    error = failure.value
    assert (error.view, error.place, error.expression) == ("my_view", "column made_up", path)
    assert error.position == position
    assert str(error).startswith(f"view my_view, column made_up, expression {path!r}, position {position}: ")


def test_a_column_of_an_object_does_not_compile():
    with pytest.raises(
        ExpressionInvalid, match=r"column made_up.*a column holds primitives, this is a CodeableConcept"
    ):
        compile_column("code")


@pytest.mark.parametrize(("path", "type_name"), [("status", "boolean"), ("status", "decimal"), ("id", "integer")])
def test_a_column_of_another_type_than_its_path_does_not_compile(path, type_name):
    with pytest.raises(ExpressionInvalid, match=f"the column says {type_name}"):
        compile_column(path, type=type_name)


COLUMN = {"name": "a", "path": "id"}


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({}, "resource: expected"),
        ({"resource": "Observations", "select": [{"column": [COLUMN]}]}, "got 'Observations'"),
        ({"resource": "Observation"}, "select: a view needs at least one"),
        ({"resource": "Observation", "select": [{}]}, "at least one column"),
        ({"resource": "Observation", "select": [{"colum": []}]}, "unknown element 'colum'"),
        ({"resource": "Observation", "select": [{"forEach": 1}]}, "forEach must be a text"),
        ({"resource": "Observation", "select": [{"forEach": "code", "forEachOrNull": "code"}]}, "exclude each other"),
        ({"resource": "Observation", "select": [{"repeat": "item"}]}, "repeat: expected a list of paths"),
        ({"resource": "Observation", "select": [{"column": [COLUMN, COLUMN]}]}, "stands twice"),
        ({"resource": "Observation", "select": [{"column": [{"name": "1", "path": "id"}]}]}, "column name '1'"),
        ({"resource": "Observation", "select": [{"column": [{**COLUMN, "type": "Coding"}]}]}, "no primitive type"),
        ({"resource": "Observation", "select": [{"column": [COLUMN]}], "where": [{}]}, "path must be a text"),
        ({"resource": "Observation", "constant": [{"name": "c"}], "select": [{"column": [COLUMN]}]}, "one value"),
        ({"resourceType": "Observation", "resource": "Observation"}, "expected a ViewDefinition"),
    ],
)
def test_a_wrong_envelope_is_named(view, said):
    with pytest.raises(ViewInvalid, match=said):
        compile_view(view, source="landed")


def test_a_number_of_a_constant_must_be_a_number():
    view = {
        "resource": "Patient",
        "constant": [{"name": "c", "valueInteger": "1; drop table x"}],
        "select": [{"column": [COLUMN]}],
    }
    with pytest.raises(ViewInvalid, match="does not hold a integer"):
        compile_view(view, source="landed")


def test_a_where_must_be_a_truth_value():
    view = {"resource": "Patient", "select": [{"column": [COLUMN]}], "where": [{"path": "gender"}]}
    with pytest.raises(CompileError, match="where, expression 'gender', position 1: expected a boolean"):
        compile_view(view, source="landed")


@pytest.mark.parametrize(
    "kind", ["ViewDefinition", "https://sql-on-fhir.org/ig/StructureDefinition/ViewDefinition", None]
)
def test_every_spelling_of_the_envelope_is_read(kind):
    view = {"resource": "Patient", "select": [{"column": [COLUMN]}], "identifier": {"value": "x"}}
    compiled = compile_view(view if kind is None else {"resourceType": kind, **view}, source="landed")
    assert [column.name for column in compiled.columns] == ["a"]
