"""Generate a practice hospital: about a thousand invented patients, among them the ninety of the seed study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .chart import Chart
from .decoys import decoy_charts
from .mondays import mondays
from .ordinary import ordinary_charts
from .seed_cohort import seed_charts
from .stories import Story
from .truth import Answer, outside_answer, seed_answer, summary
from .write import lines, oldest_first, write_hospital

PATIENTS = 1_000


@dataclass(frozen=True)
class HospitalReceipt:
    """What was written: the folder, patients, patients on the unit's list, resources and versions by type."""

    folder: Path
    seed: int
    patients: int
    listed: int
    versions: Mapping[str, int]


def generate(folder: Path, *, seed: int = 20160601) -> HospitalReceipt:
    """Write a practice hospital; the same seed gives the same bytes.

    The folder gets one ``<Type>.ndjson`` a type with every version, ``deletions.ndjson``, ``roster.txt`` (everybody the
    cell-therapy unit knows) and ``truth.json``. A hospital that was there is replaced at once or not at all.

    Raises:
        FileExistsError: the folder holds something else.
    """
    seeded = seed_charts(seed)
    decoys = decoy_charts(seed)
    others = ordinary_charts(seed, PATIENTS - len(seeded) - len(decoys))
    known = [*(chart for _, chart in seeded), *(chart for _, _, chart in decoys)]
    charts = [*known, *others]

    answers = {chart.patient_id: seed_answer(story, chart) for story, chart in seeded}
    answers.update({chart.patient_id: {**outside_answer(reason), "story": name} for name, reason, chart in decoys})
    answers.update({chart.patient_id: {**outside_answer("no_infusion"), "story": "ordinary"} for chart in others})

    by_type = oldest_first(record for chart in charts for record in chart.records)
    files = {f"{resource_type}.ndjson": lines(records) for resource_type, records in by_type.items()}
    files["deletions.ndjson"] = _deletions(charts)
    files["roster.txt"] = "".join(f"{patient_id}\n" for patient_id in sorted(c.patient_id for c in known)).encode()
    files["truth.json"] = _truth(summary([story for story, _ in seeded], len(charts)), answers, charts, seeded)
    write_hospital(folder, files)
    return HospitalReceipt(
        folder=folder,
        seed=seed,
        patients=len(charts),
        listed=len(known),
        versions={resource_type: len(by_type[resource_type]) for resource_type in sorted(by_type)},
    )


def _deletions(charts: list[Chart]) -> bytes:
    rows = [row for chart in charts for row in chart.deletions]
    return lines(sorted(rows, key=lambda row: (row["deleted_at"], row["resource_id"])))


def _truth(
    figures: Answer, answers: dict[str, Answer], charts: list[Chart], seeded: list[tuple[Story, Chart]]
) -> bytes:
    told = {
        "summary": figures,
        "merged": {double: chart.patient_id for chart in charts for double in chart.doubles},
        "mondays": mondays(seeded),
        "patients": {key: answers[key] for key in sorted(answers)},
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
