"""Short tables for microbiology: one line a result, one line a specimen, one line a Condition.

given_results   id | test | value | patient | specimen | at | status | text | number | unit | below | issued | flag
given_specimens id | type | at | status | parent
given_conditions id | code | onset | recorded | verified | encounter | abated   (codes are WHO ICD-10 unless `cm:`)
`test`, `value` and `type` are names of TESTS, VALUES and TYPES below; a value that is no name is left uncoded.
"""

from collections.abc import Iterable

from tests.sql.conftest import Store

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"

TESTS = {
    "blood": "600-7", "blood-aerobic": "17928-3", "urine": "630-4", "sputum": "6460-0", "lavage": "43441-5",
    "stool": "625-4", "any": "11475-1", "identified": "41852-5", "tip": "19128-8", "throat": "626-2",
    "vre-screen": "59150-3", "gram": "664-3", "cmv-iu": "72493-0", "cmv-log-iu": "72494-8", "cmv-pcr": "5000-5",
    "adenovirus": "49334-6", "toxin": "34468-9", "c-diff-pcr": "54067-4", "antigen": "34712-0", "rsv-pcr": "85479-4",
    "covid-pcr": "94500-6", "covid-igg": "94505-5", "galactomannan": "44357-2", "glucan": "42176-8",
    "heading": "18725-2", "panel": "29576-6", "airway-panel": "92143-7",
}  # fmt: skip
VALUES = {
    "epidermidis": "60875001", "hominis": "44827007", "capitis": "40347003", "haemolyticus": "83452006",
    "cons": "116197008", "oralis": "19870004", "lugdunensis": "103494005", "staphylococcus": "65119002",
    "aureus": "3092008", "mrsa": "115329001", "coli": "112283007", "faecalis": "78065002", "faecium": "90272000",
    "oxytoca": "40886007", "pneumoniae": "56415008", "acnes": "39473003", "maltophilia": "113697002",
    "albicans": "53326005", "fumigatus": "32684000", "difficile": "5933001", "cereus": "84408007",
    "gram-negative": "87172008", "positive": "10828004", "negative": "260385009", "detected": "260373001",
    "not-detected": "260415000", "no-growth": "264868006", "indeterminate": "82334004",
}  # fmt: skip
TYPES = {
    "blood": "119297000", "urine": "122575003", "sputum": "119334006", "lavage": "258607008", "stool": "119339001",
    "tip": "119312009", "isolate": "119303007", "rectal": "258528007", "csf": "258450006",
}  # fmt: skip
CODING_COLUMNS = "resource_type | resource_id | element | system | code | display"


def rows_of(table: str) -> list[dict[str, str]]:
    """The lines of a pipe table as dictionaries; empty cells are left out."""
    header, *lines = [line.strip() for line in table.strip().splitlines() if line.strip()]
    names = [name.strip() for name in header.split("|")]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [{name: cell for name, cell in zip(names, row, strict=True) if cell} for row in cells]


def given_results(store: Store, table: str, *, codings: str = "") -> None:
    """Give Observations and their codings; `codings` are further lines of cohort.codings."""
    results = rows_of(table)
    lines = [line for result in results for line in _result_codings(result)]
    _give_codings(store, [*lines, *codings.strip().splitlines()])
    store.given(
        "stage.observation",
        _table(
            "observation_id patient_id specimen_id status effective_datetime value_string value_number value_unit "
            "value_comparator issued code_text absent_reason",
            (
                [
                    result["id"], result.get("patient", "p1"), result.get("specimen"), result.get("status", "final"),
                    result.get("at"), result.get("text"), result.get("number"), result.get("unit"),
                    result.get("below"), result.get("issued"), result.get("named"), result.get("absent"),
                ]
                for result in results
            ),
        ),
    )  # fmt: skip


def given_specimens(store: Store, table: str) -> None:
    """Give Specimens with the code of their type."""
    specimens = rows_of(table)
    store.given(
        "stage.specimen",
        _table(
            "specimen_id patient_id status collected_datetime parent_id type_text",
            (
                [
                    row["id"], row.get("patient", "p1"), row.get("status"), row.get("at"), row.get("parent"),
                    row.get("words"),
                ]
                for row in specimens
            ),
        ),
    )  # fmt: skip
    words = (["Specimen", row["id"], "type", row["words"]] for row in specimens if "words" in row)
    store.given("cohort.texts", _table("resource_type resource_id element text", words))
    lines = [f"Specimen | {row['id']} | type | {SNOMED} | {TYPES[row['type']]} |" for row in specimens if "type" in row]
    _give_codings(store, lines)


def given_conditions(store: Store, table: str) -> None:
    """Give Conditions with their codes."""
    conditions = rows_of(table)
    lines = []
    for row in conditions:
        code = row["code"]
        system = ICD10CM if code.startswith("cm:") else ICD10
        lines.append(f"Condition | {row['id']} | code | {system} | {code.removeprefix('cm:')} |")
    _give_codings(store, lines)
    store.given(
        "stage.condition",
        _table(
            "condition_id patient_id encounter_id verification_status onset_datetime recorded_date abatement_datetime "
            "onset_string onset_age_value onset_age_unit",
            (
                [
                    row["id"], row.get("patient", "p1"), row.get("encounter"), row.get("verified"), row.get("onset"),
                    row.get("recorded"), row.get("abated"), row.get("said"), row.get("age"), row.get("age_unit"),
                ]
                for row in conditions
            ),
        ),
    )  # fmt: skip


def _result_codings(result: dict[str, str]) -> list[str]:
    lines = []
    if test := result.get("test"):
        lines.append(f"Observation | {result['id']} | code | {LOINC} | {TESTS[test]} |")
    if value := result.get("value"):
        lines.append(f"Observation | {result['id']} | value | {SNOMED} | {VALUES.get(value, value)} |")
    if flag := result.get("flag"):
        system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
        lines.append(f"Observation | {result['id']} | interpretation | {system} | {flag} |")
    return lines


def _give_codings(store: Store, lines: Iterable[str]) -> None:
    """Add to cohort.codings what several tables give."""
    known: list[str] = getattr(store, "coding_lines", []) if "cohort.codings" in store._made else []
    known = [*known, *lines]
    store.coding_lines = known  # type: ignore[attr-defined]
    store.given("cohort.codings", "\n".join([CODING_COLUMNS, *known]))


def _table(columns: str, rows: Iterable[Iterable[str | None]]) -> str:
    lines = [" | ".join(cell or "" for cell in row) for row in rows]
    return "\n".join([" | ".join(columns.split()), *lines])
