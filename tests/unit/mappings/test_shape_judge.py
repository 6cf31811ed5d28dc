"""Findings at speed are the findings of fhir.resources: on real data, and on resources spoiled at random."""

import gzip
import json
import random
from copy import deepcopy
from pathlib import Path

import orjson
import pytest
from fhir.resources.R4B import get_fhir_model_class

from mappings.json_skeletons import split_strings, unescaped
from mappings.patient_reference import PatientReference
from mappings.primitive_rules import RULES, KnownValues
from mappings.shape_judge import Line, ShapeJudge
from mappings.validation import Finding, Reject, judge, parsed, usable_or_reject

SHARED = Path("/work/shared/data")
BATCH = 500
TYPES = (
    "Patient",
    "Observation",
    "Condition",
    "Encounter",
    "MedicationAdministration",
    "Procedure",
    "Specimen",
    "Timing",
)
SPOILS = ("drop", "rename", "type", "text", "null", "twice", "wrap", "borrow")
TEXTS = (
    "", " ", "2018", "2018-02-29", "2018-13-01", "2018-06-31T10:00:00Z", "2018-06-30T10:00:00", "2018-06-30T24:00:00Z",
    "2016-12-31T23:59:60Z", "0000", "1900-02-29", "final ", "a  b", "a b", "\u00a0", "\u2003x", "\t", "é", "x" * 300,
    "*", "http://", "urn:oid:1.2", "Patient/1", "YWJj", "YWJ", "<div/>", '{"text": "x"}', "true", "1", '"', "\\", "\n",
    "\f",
)  # fmt: skip
VALUES = (
    None,
    True,
    False,
    0,
    1,
    -1,
    7.5,
    1e5,
    1e-9,
    10**9,
    3 * 10**9,
    10**20,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"a": 1},
    ["a"],
)

NUMBERS = (0, 1, 7, 42, -3, 0.5, 6.31, 120.25, 10**9, 3 * 10**9, 1e21)


def lines_of(folder):
    if not SHARED.is_dir():
        pytest.skip(f"the third-party data are not here: {SHARED}")
    for path in sorted((SHARED / folder).glob("*.ndjson.gz")):
        with gzip.open(path) as lines:
            yield from lines


def compare(resources):
    """Both judges on texts of resources, in batches; every line that can be used must get the same findings."""
    fast, lines = ShapeJudge(), []
    for raw in resources:
        resource = parsed(raw)
        found = usable_or_reject(resource, raw)
        if not isinstance(found, Reject):
            lines.append(Line(resource["resourceType"], raw.decode().strip(), resource, found))
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        for line, findings in zip(batch, fast.judge(batch), strict=True):
            assert findings == judge(line.resource_type, line.resource), line.text
    return len(lines)


def spoiled(resource, others, chance):
    """A family of one shape: a copy with up to three things wrong, or right in another way, and four others."""
    tree = deepcopy(resource)
    for _ in range(chance.randint(0, 3)):
        spoil(tree, others, chance)
    tree["resourceType"], tree["id"] = resource["resourceType"], "x"
    family = [tree, *(revalued(tree, chance) for _ in range(4))]
    chance.shuffle(family)
    return [json.dumps(one, ensure_ascii=chance.random() < 0.2).encode() for one in family]


def revalued(tree, chance):
    """The same shape with some other texts and numbers."""
    if isinstance(tree, dict):
        return {key: value if key == "resourceType" else revalued(value, chance) for key, value in tree.items()}
    if isinstance(tree, list):
        return [revalued(value, chance) for value in tree]
    if chance.random() > 0.05 or isinstance(tree, bool) or tree is None:
        return tree
    return chance.choice(TEXTS if isinstance(tree, str) else NUMBERS)


def spoil(tree, others, chance):
    node = chance.choice([part for part in objects(tree) if part] or [tree])
    key = chance.choice(list(node)) if node else "status"
    match chance.choice(SPOILS):
        case "drop":
            node.pop(key, None)
        case "rename":
            names = [f"_{key}", f"{key}__ext", "vendor", f"{key}_fhir", "resource_type", "resourceType", "extension"]
            node[chance.choice(names)] = node.pop(key, None)
        case "type":
            node[key] = chance.choice(VALUES)
        case "text":
            node[key] = chance.choice(TEXTS)
        case "null":
            node[f"_{key}"] = chance.choice([{"extension": [{"url": "x", "valueCode": "unknown"}]}, {"id": "a"}, {}])
            node.pop(key, None)
        case "twice":
            node[key] = [node.get(key)] * 2
        case "wrap":
            node[key] = node[key][0] if isinstance(node.get(key), list) and node[key] else [node.get(key)]
        case _:
            part = chance.choice(others)
            node[chance.choice(list(part))] = deepcopy(chance.choice(list(part.values())))


def objects(tree):
    if isinstance(tree, dict):
        yield tree
    for inner in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from objects(inner)


def test_the_published_examples_get_the_findings_of_the_models():
    assert compare([*lines_of("hl7-r4-examples"), *lines_of("us-core-examples")]) > 400


def spoiled_resources(number, folders):
    chance = random.Random(number)  # noqa: S311
    samples = [orjson.loads(line) for folder in folders for line in lines_of(folder)]
    by_type = {}
    for sample in samples:
        by_type.setdefault(sample["resourceType"], []).append(sample)
    kept = [chance.choice(by_type[chance.choice(sorted(by_type))]) for _ in range(number)]
    parts = [part for sample in samples[:400] for part in objects(sample) if part]
    return [raw for resource in kept for raw in spoiled(resource, parts, chance)]


def test_spoiled_resources_get_the_findings_of_the_models():
    assert compare(spoiled_resources(400, ["us-core-examples", "hl7-r4-examples"])) > 1_500


@pytest.mark.nightly
def test_a_hundred_thousand_spoiled_resources_get_the_findings_of_the_models():
    folders = ["us-core-examples", "hl7-r4-examples", "bulkserver100"]
    assert compare(spoiled_resources(25_000, folders)) > 100_000


@pytest.mark.nightly
def test_a_whole_server_gets_the_findings_of_the_models():
    assert compare(lines_of("bulkserver100")) > 28_000


def test_a_rule_accepts_no_text_that_the_models_refuse():
    texts = [*TEXTS, "2018-06", "1999", "2000-02-29", "2018-06-30T10:00:00.123456+08:00", "10:00:00", "https://a.org/x"]
    for kind, accepts in RULES.items():
        element = "value" + kind[0].upper() + kind[1:]
        accepted = [text for text in texts if accepts(text)]
        assert accepted, kind
        for text in accepted:
            basic = {
                "resourceType": "Basic",
                "id": "b",
                "code": {"text": "c"},
                "extension": [{"url": "u", element: text}],
            }
            assert judge("Basic", basic) == (), (kind, text)


def test_a_value_once_accepted_is_not_looked_at_again_and_a_bad_one_always_is():
    known = KnownValues()
    assert not known.doubtful("code", ["a", "a"])
    assert known.doubtful("code", ["a", "b "])
    assert known.doubtful("code", ["b "])


def test_the_models_have_no_field_of_their_own_without_an_underscore():
    # What the shapes rely on: an unknown key without one is refused whatever it holds.
    for name in TYPES:
        for field, information in get_fhir_model_class(name).model_fields.items():
            assert "_" in field or information.alias in {None, field}, (name, field)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r'{"a": "b"}', '{"a": "b"}'),
        (r'{"a": "\\"}', '{"a": "__"}'),
        (r'{"a": "\\\""}', '{"a": "____"}'),
        (r'{"a": "x\ny"}', r'{"a": "x\ny"}'),
        (r'{"a": "\u00a0"}', None),
        (r'{"a": "\f"}', None),
    ],
)
def test_escapes_that_could_hide_a_value_are_left_to_the_models(text, plain):
    assert unescaped(text) == plain


def test_numbers_of_one_kind_have_one_skeleton():
    skeletons = [
        split_strings(f'{{"value": {number}}}')[0] for number in ("6.31", "120.5", "-6.31", "6", "0", "0.5", "1e5")
    ]
    assert skeletons[0] == skeletons[1]
    assert len(set(skeletons)) == len(skeletons) - 1


def test_one_bad_value_in_a_shape_of_many_is_the_only_finding():
    lines = []
    for number in range(50):
        code = "600-7 " if number == 17 else f"{number}"
        resource = {"resourceType": "Condition", "id": f"c{number}", "subject": {"reference": "Patient/p"}}
        resource["code"] = {"coding": [{"code": code}]}
        lines.append(Line("Condition", json.dumps(resource), resource, PatientReference.NAMED))
    found = ShapeJudge().judge(lines)
    assert [number for number, findings in enumerate(found) if findings] == [17]
    assert found[17] == (Finding("code.coding.0.code", "string_pattern_mismatch"),)
