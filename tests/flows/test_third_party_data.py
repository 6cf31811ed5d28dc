"""Other people's FHIR data go through to the end: every line accounted for, nobody taken for a CAR-T patient."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from flows import steps
from warehouse import read

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SETS = ("bulkserver100", "hl7-r4-examples", "us-core-examples")


def quiet(event: object) -> None:
    """Progress of a test interests nobody."""


def gathered(names: tuple[str, ...], folder: Path) -> int:
    """Puts the files of these sets together by type; how many lines there are."""
    folder.mkdir()
    for name in names:
        if not (SHARED / name).is_dir():
            pytest.skip(f"{SHARED / name} is absent: third-party data are read in place and never committed")
        for file in sorted((SHARED / name).glob("*.ndjson.gz")):
            with (folder / file.name).open("ab") as together:
                together.write(file.read_bytes())
    return sum(sum(1 for line in gzip.open(file) if line.strip()) for file in folder.glob("*.ndjson.gz"))


@pytest.mark.parametrize(
    "names", [SETS, *(pytest.param((name,), marks=pytest.mark.nightly) for name in SETS)], ids=" and ".join
)
def test_third_party_data_go_through_to_a_page_without_patients(names: tuple[str, ...], tmp_path: Path) -> None:
    """All sets in one hospital; each in one of its own is nightly."""
    lines = gathered(names, tmp_path / "source")
    config = tmp_path / "nadir.toml"
    config.write_text(
        'time_zone = "America/New_York"\n[server]\nsource = "folder"\nfolder = "source"\n', encoding="utf-8"
    )
    pulled = steps.pull(str(config), full=True, report=quiet)
    loaded = steps.load(str(config))
    plan = steps.plan_week(str(config), through=date(2020, 1, 5), as_of=pulled.landed_at)
    stations = [steps.station(str(config), plan, station) for station in steps.STATIONS]
    issued = steps.issue(str(config), plan, stations, flow="weekly")

    assert pulled.missing == ()
    assert loaded.lines == lines
    assert loaded.stored + loaded.duplicates + loaded.rejects == lines
    estimates = read(tmp_path / "nadir-data" / "store", "published.estimates", run_id=issued.run_id)
    infused = estimates[(estimates["measure"] == "patients_infused") & (estimates["stratum"] == "all")]
    assert infused["numerator"].tolist() == [0]
    page = Path(issued.page).read_text(encoding="utf-8")
    assert "No patient of this cohort was found in the data" in page
