"""A ward with one patient, told in days: fixture `ward` turns small tables into what the episode relations read.

Day 0 is DAY_0, the day of the first infusion. A `day` (or `from`, `to`, `start`, `last`,
`abatement`) is a number of days from it.
Unless said otherwise a result is a positive blood culture that qualifies, and a Condition is an event of its site.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import pytest

from tests.sql.columns import REGISTRY
from tests.sql.conftest import Store
from warehouse.relations import build_order, has_sql, relation_sources

DAY_0 = date(2018, 3, 1)
STERILE = {"blood", "CNS", "other"}
# short word: code, name, class, recurrence group
ORGANISMS = {
    "ecoli": ("o-ecoli", "Escherichia coli", "bacterial_gn", "bacteria"),
    "pseudomonas": ("o-paer", "Pseudomonas aeruginosa", "bacterial_gn", "bacteria"),
    "faecium": ("o-faecium", "Enterococcus faecium", "bacterial_gp", "bacteria"),
    "hominis": ("o-hominis", "Staphylococcus hominis", "bacterial_gp", "bacteria"),
    "klebsiella": ("o-kleb", "Klebsiella", "bacterial_gn", "bacteria"),
    "pneumoniae": ("o-kpneu", "Klebsiella pneumoniae", "bacterial_gn", "bacteria"),
    "oxytoca": ("o-koxy", "Klebsiella oxytoca", "bacterial_gn", "bacteria"),
    "albicans": ("o-calb", "Candida albicans", "fungal_yeast", "yeast"),
    "aspergillus": ("o-asp", "Aspergillus fumigatus", "fungal_mould", "mould"),
    "cdiff": ("o-cdiff", "Clostridioides difficile", "bacterial_gp", "c_difficile"),
    "cmv": ("o-cmv", "Human cytomegalovirus", "viral_herpes", "herpesviruses"),
    "rsv": ("o-rsv", "Respiratory syncytial virus", "viral_resp", "respiratory_viruses"),
    "bk": ("o-bk", "BK polyomavirus", "viral_other", "polyomaviruses"),
    "adenovirus": ("o-adv", "Human adenovirus", "viral_resp", "respiratory_viruses"),
    "hbv": ("o-hbv", "Hepatitis B virus", "viral_other", "other_viruses"),
    "mtb": ("o-mtb", "Mycobacterium tuberculosis", "mycobacterial", "mycobacteria"),
    "hpylori": ("o-hp", "Helicobacter pylori", "bacterial_gn", "helicobacter"),
    "zoster": ("o-vzv", "Varicella-zoster virus", "viral_herpes", "vzv"),
    "pjp": ("o-pjp", "Pneumocystis jirovecii", "pjp", "pneumocystis"),
    "toxoplasma": ("o-toxo", "Toxoplasma gondii", "parasitic", "parasites"),
    "histoplasma": ("o-histo", "Histoplasma capsulatum", "fungal_other", "other_fungi"),
    "rod": ("o-rod", "Gram-negative bacillus", "bacterial_gn", "bacteria"),
    "norovirus": ("o-noro", "Norovirus", "viral_other", "other_viruses"),
}
GENUS_PAIRS = [("o-kleb", "o-kpneu"), ("o-kleb", "o-koxy")]
TARGETS = {
    "bacterial": "bacteria", "fungal": "fungi", "viral_herpes": "cmv", "mycobacterial": "mycobacteria",
    "parasitic": "parasites",
}  # fmt: skip


EVERYTHING = ("cohort.death_causes", "cohort.progression", "cohort.episodes")


def day(number: str | int) -> str:
    """The date of a day, as ISO text."""
    return (DAY_0 + timedelta(days=int(number))).isoformat()


class Ward:
    """The rows of one test; every method replaces what it gave before."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._given: set[str] = set()
        self.course()
        self.seen_from(-60)
        pairs = (
            [(code, code) for code, *_ in ORGANISMS.values() if code != "o-rod"]
            + GENUS_PAIRS
            + [(b, a) for a, b in GENUS_PAIRS]
        )
        self._give("cohort.organism_matches", [{"organism_a": a, "organism_b": b} for a, b in pairs])
        fits = [
            {"target": target, "organism_code": code}
            for code, _, kind, _ in ORGANISMS.values()
            for prefix, target in TARGETS.items()
            if kind.startswith(prefix)
        ]
        self._give("cohort.treatment_fits", fits)
        contaminant = {"organism_code": "o-hominis", "is_contaminant:BOOLEAN": "true"}
        self._give("cohort.organism_index", [contaminant])

    def course(self, *days: int, until: int = 90) -> None:
        """Courses that begin on these days (default: day 0); the clock stops at `until`."""
        self._give(
            "cohort.courses",
            [
                {
                    "patient_id": "p1", "course_number": str(number), "in_cohort": "true",
                    "day0_on": day(start), "follow_up_end_on": day(until),
                }
                for number, start in enumerate(days or (0,), start=1)
            ],
        )  # fmt: skip

    def seen_from(self, first: int) -> None:
        """The first record of the patient."""
        self._give("cohort.record_days", [{"patient_id": "p1", "first_record_on": day(first)}])

    def results(self, table: str) -> None:
        """Positive or other results: `day` with any of organism, site, time, and columns of cohort.micro_results.

        `not_counted` is the reason of cohort.result_qualification, `supported_by` its Condition.
        """
        results, qualifications = [], []
        for number, row in enumerate(_rows(table), start=1):
            code, name, kind, group = ORGANISMS.get(row.pop("organism", "") or "", ("", "", "", ""))
            site = row.pop("site", None) or "blood"
            key = row.pop("key", None) or f"r{number}"
            time = row.pop("time", None)
            on = day(row.pop("day"))
            qualifications.append(
                {
                    "result_key": key,
                    "reason": row.pop("not_counted", ""),
                    "supporting_condition_id": row.pop("supported_by", ""),
                }
            )
            given = {
                "result_key": key, "patient_id": "p1", "resource_type": "Observation", "resource_id": f"o-{key}",
                "specimen_key": f"s-{key}", "collected_on": on, "collected_at": f"{on} {time}:00+08" if time else "",
                "kind": "culture", "site": site, "sterile": str(site in STERILE).lower(), "outcome": "positive",
                "organism_code": code, "organism_name": name, "infection_class": kind, "recurrence_group": group,
            }  # fmt: skip
            results.append({**given, **{name: cell for name, cell in row.items() if cell}})
        self._give("cohort.micro_results", results)
        self._give("cohort.result_qualification", qualifications)

    def conditions(self, table: str) -> None:
        """Conditions: `day` (or `from` and `to`) with any of site, role, organism, abatement."""
        given = []
        for number, row in enumerate(_rows(table), start=1):
            code, name, kind, group = ORGANISMS.get(row.pop("organism", "") or "", ("", "", "", ""))
            first = row.pop("from", None) or row.pop("day", None)
            last = row.pop("to", None) or first
            ended = row.pop("abatement", None)
            role = row.pop("role", None) or "event"
            defaults = {
                "resource_id": f"c{number}", "patient_id": "p1", "system": "icd", "code": f"X{number}",
                "site": "unknown", "role": "event" if role == "sepsis" else role,
                "attaches": str(role in ("sepsis", "severity", "add_on")).lower(),
                "stands_alone": str(role in ("event", "sepsis")).lower(), "undatable": "false",
                "organism_code": code, "organism_name": name, "infection_class": kind or "unknown",
                "recurrence_group": group or "no_organism", "from_on": day(first) if first else "",
                "to_on": day(last) if last else "", "abatement_on": day(ended) if ended else "",
            }  # fmt: skip
            given.append({**defaults, **{name: cell for name, cell in row.items() if cell}})
        self._give("cohort.coded_evidence", given)

    def treatments(self, table: str) -> None:
        """Courses of anti-infectives: `start` and `last` with any column of cohort.treatments."""
        given = []
        for row in _rows(table):
            start, last = int(row.pop("start")), int(row.pop("last"))
            defaults = {
                "patient_id": "p1", "name": "drug", "target": "bacteria", "intent": "therapeutic", "parenteral": "true",
                "atc_group": "G1", "start_on": day(start), "last_on": day(last), "days": str(last - start + 1),
                "running_before": "false",
            }  # fmt: skip
            given.append({**defaults, **{name: cell for name, cell in row.items() if cell}})
        self._give("cohort.treatments", given)

    def give(self, relation: str, table: str) -> None:
        """Any other relation of p1: a column that ends in `_on` takes a day number."""
        given = []
        for row in _rows(table):
            dates = {name: day(cell) if cell and name.endswith("_on") else cell for name, cell in row.items()}
            given.append({"patient_id": "p1", **dates})
        self._give(relation, given)

    def give_all(self, relation: str, table: str) -> None:
        """Any relation as it stands in the table."""
        self.store.given(relation, table)
        self._given.add(relation)

    def decides(self, verdict: str, reclassified_to: str = "") -> None:
        """A person decides on every row as it stands now."""
        found = self.episodes("episode_id", "evidence_hash")
        lines = [f"{identity} | {hashed} | {verdict} | {reclassified_to}" for identity, hashed in found]
        self.store.given("ops.verdicts", "\n".join(["episode_id | evidence_hash | verdict | reclassified_to", *lines]))

    def dies(self, on: int) -> None:
        """The patient dies on this day; the cause is what a test gives."""
        self._give("cohort.deaths", [{"patient_id": "p1", "died_on": day(on), "is_dead": "true"}])

    def images(self, lines: str) -> None:
        """Rows of cohort.imaging_records: patient, site, resource type, id, day, whether worse."""
        names = ("patient_id", "site", "resource_type", "resource_id", "imaged_on", "is_worse")
        rows = [
            dict(zip(names, (cell.strip() for cell in line.split("|")), strict=True)) for line in lines.splitlines()
        ]
        self._give("cohort.imaging_records", [dict(row) for row in rows])

    def build(self, *targets: str) -> None:
        """Build these relations (default: episodes and all with them), with what they read and nobody gave."""
        self.store.build(*(relation for relation in _order(targets or EVERYTHING) if relation not in self._given))

    def episodes(self, *columns: str) -> list[tuple[object, ...]]:
        """The counted and the listed rows, by the asked columns."""
        self.build()
        return self.store.rows("cohort.episodes", columns)

    def counted(self, *columns: str) -> list[tuple[object, ...]]:
        """The counted episodes only."""
        return [row[1:] for row in self.episodes("counted", *columns) if row[0]]

    def listed(self, *columns: str) -> list[tuple[object, ...]]:
        """The rows that do not count, with their reason last."""
        return [row[1:] for row in self.episodes("counted", *columns, "not_counted_reason") if not row[0]]

    def stratum(self, stratum_set: str = "preexisting_infection") -> object:
        """The stratum of the first course in one set."""
        self.build("cohort.strata")
        rows = self.store.rows("cohort.strata", ["course_number", "stratum_set", "stratum"])
        return next(stratum for number, name, stratum in rows if number == 1 and name == stratum_set)

    def _give(self, relation: str, rows: Sequence[dict[str, str | None]]) -> None:
        header = list(dict.fromkeys(name for row in rows for name in row))
        lines = [" | ".join(row.get(name) or "null" for name in header) for row in rows]
        self.store.given(relation, "\n".join([" | ".join(header), *lines]))
        self._given.add(relation)


@cache
def _order(targets: tuple[str, ...]) -> list[str]:
    found, waiting = set(targets), list(targets)
    while waiting:
        for source in relation_sources(waiting.pop()):
            if has_sql(source) and source not in REGISTRY and source not in found:
                found.add(source)
                waiting.append(source)
    return build_order(found)


def _rows(table: str) -> list[dict[str, str]]:
    header, *lines = [line.strip() for line in table.strip().splitlines() if line.strip()]
    names = [name.strip() for name in header.split("|")]
    return [dict(zip(names, (cell.strip() for cell in line.split("|")), strict=True)) for line in lines]


@pytest.fixture
def ward(store: Store) -> Ward:
    """One patient with one course that begins on day 0 and is followed to day 90."""
    return Ward(store)
