"""Findings at speed are the findings of fhir.resources: on real data, and on resources spoiled at random."""

import gzip
import json
import random
from copy import deepcopy
from pathlib import Path

import numpy
import orjson
import pyarrow
import pytest
from fhir.resources.R4B import get_fhir_model_class

from mappings.json_skeletons import split_lines
from mappings.primitive_rules import RULED, begin_visibly, refused
from mappings.shape_judge import ShapeJudge
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
    """Both readings of lines, in batches: what is read by shape must be what the line says by itself.

    Returns how many lines there were and how many were read by shape; the rest is read by the functions used here.
    """
    fast, quick_count = ShapeJudge(), 0
    lines = [raw.strip() for raw in resources]
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        quick = fast.read(batch)
        found = {int(number): set() for number in quick.numbers}
        for place, finding in quick.findings(batch, numpy.ones(len(quick.numbers), dtype=bool)):
            found[int(quick.numbers[place])].add(finding)
        for place, (number, findings) in enumerate(found.items()):
            raw = batch[number]
            resource = parsed(raw)
            assert not isinstance(usable_or_reject(resource, raw), Reject), raw
            assert tuple(sorted(findings)) == judge(resource["resourceType"], resource), raw
            assert said(quick, place) == (raw.decode(), *named(resource)), raw
        quick_count += len(found)
    return len(lines), quick_count


def said(quick, place):
    columns = (quick.text, quick.resource_type, quick.resource_id, quick.version_id, quick.last_updated)
    return tuple(column[place].as_py() for column in columns)


def named(resource):
    meta = resource.get("meta") or {}
    return resource["resourceType"], resource["id"], meta.get("versionId"), meta.get("lastUpdated")


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
    lines, quick = compare([*lines_of("hl7-r4-examples"), *lines_of("us-core-examples")])
    assert lines > 400
    assert quick > 300


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
    lines, quick = compare(spoiled_resources(400, ["us-core-examples", "hl7-r4-examples"]))
    assert lines == 2_000
    assert quick > 500


@pytest.mark.nightly
def test_a_hundred_thousand_spoiled_resources_get_the_findings_of_the_models():
    folders = ["us-core-examples", "hl7-r4-examples", "bulkserver100"]
    lines, quick = compare(spoiled_resources(25_000, folders))
    assert lines > 100_000
    assert quick > 30_000


@pytest.mark.nightly
def test_a_whole_server_gets_the_findings_of_the_models():
    lines, quick = compare(lines_of("bulkserver100"))
    assert lines > 28_000
    assert quick > lines * 0.99


def test_a_rule_accepts_no_text_that_the_models_refuse():
    texts = [*TEXTS, "2018-06", "1999", "2000-02-29", "2018-06-30T10:00:00.123456+08:00", "10:00:00", "https://a.org/x"]
    for kind in RULED:
        element = "value" + kind[0].upper() + kind[1:]
        accepted = accepted_of(kind, texts)
        assert accepted, kind
        for text in accepted:
            basic = {
                "resourceType": "Basic",
                "id": "b",
                "code": {"text": "c"},
                "extension": [{"url": "u", element: text}],
            }
            assert judge("Basic", basic) == (), (kind, text)


def accepted_of(kind, texts):
    wrong = refused(kind, pyarrow.array(texts, pyarrow.large_string()))
    return [text for text, is_wrong in zip(texts, wrong, strict=True) if not is_wrong]


def test_a_string_that_begins_visibly_is_one_that_the_rule_accepts():
    values = pyarrow.array([*TEXTS, "a", " a", "~", "!"], pyarrow.large_string())
    assert begin_visibly(values).sum() > 20
    assert not (begin_visibly(values) & refused("string", values)).any()


def test_the_models_have_no_field_of_their_own_without_an_underscore():
    # What the shapes rely on: an unknown key without one is refused whatever it holds.
    for name in TYPES:
        for field, information in get_fhir_model_class(name).model_fields.items():
            assert "_" in field or information.alias in {None, field}, (name, field)


@pytest.mark.parametrize(
    ("line", "skeletons"),
    [
        (rb'{"a": "b"}', [b'{"a": ""}\n']),
        (rb'{"a": "\\"}', [b'{"a": ""}\n']),
        (rb'{"a": "\\\""}', [b'{"a": ""}\n']),
        (rb'{"a": "x\ny"}', [b'{"a": ""}\n']),
        (rb'{"a" : "b", "resourceType": "c"}', [b'{"a" : "", "resourceType": "c"}\n']),
        (rb'{"a": "\u00a0"}', []),
        (rb'{"a": "\f"}', []),
        (rb'{"a": "}', []),
        (b'{"a": "\t"}', []),
        (b'{"a": "\xff"}', []),
        (b"[]", []),
    ],
)
def test_a_line_is_split_or_left_to_the_parser(line, skeletons):
    for before in ([], [b'{"b": 1}'], [b"x", b'{"b": 1}']):
        found = split_lines([*before, line])
        assert found.skeletons.to_pylist()[len(found.numbers) - len(skeletons) :] == skeletons
        assert len(found.numbers) == len(skeletons) + (len(before) > 0)


def test_numbers_of_one_kind_have_one_skeleton():
    def skeleton(number):
        return split_lines([f'{{"value7": {number}}}'.encode()]).skeletons[0].as_py()

    same = ["6.31", "120.5", "9.999", "100000000.1"]
    assert {skeleton(number) for number in same} == {b'{"value7": 7.7}\n'}
    others = ["-6.31", "6", "0", "0.5", "1e5", "0.05", "1234567890", "12345678901"]
    assert len({skeleton(number) for number in [*same, *others]}) == 1 + len(others)


def test_an_escape_in_a_key_is_told_of():
    found = split_lines([rb'{"a": "x", "b": "\"y\""}', rb'{"a\n": "x"}', rb'{"a": "\n"}'])
    assert found.values.to_pylist() == ["x", r"\"y\"", "x", r"\n"]
    assert found.is_odd.tolist() == [False, True, False]


def test_one_bad_value_in_a_shape_of_many_is_left_to_the_models():
    lines = []
    for number in range(50):
        code = "600-7 " if number == 17 else f"{number}"
        resource = {"resourceType": "Condition", "id": f"c{number}", "subject": {"reference": "Patient/p"}}
        lines.append(json.dumps(resource | {"code": {"coding": [{"code": code}]}}).encode())
    quick = ShapeJudge().read(lines)
    assert quick.numbers.tolist() == [number for number in range(50) if number != 17]
    assert list(quick.findings(lines, numpy.ones(49, dtype=bool))) == []
    assert judge("Condition", lines[17]) == (Finding("code.coding.0.code", "string_pattern_mismatch"),)


def test_an_id_or_a_patient_that_is_written_in_another_way_is_read_by_the_parser():
    lines = [
        rb'{"resourceType": "Condition", "id": "a", "subject": {"reference": "Patient\/p"}}',
        rb'{"resourceType": "Condition", "id": "a\/b", "subject": {"reference": "Patient/p"}}',
        rb'{"resourceType": "Condition", "id": "a", "subject": {"reference": "Group/p"}}',
        rb'{"resourceType": "Condition", "id": "a", "subject": {"reference": "Patient/p"}}',
        rb'{"resourceType": "Condition", "id": "a", "id": "b", "subject": {"reference": "Patient/p"}}',
    ]
    assert ShapeJudge().read(lines).numbers.tolist() == [3]
