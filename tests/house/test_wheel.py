"""The wheel carries every data file: what is read from the checkout is there after installation."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("flows", "ehr", "mappings", "warehouse", "checks", "metrics", "reports")
DATA = {".sql", ".csv", ".toml", ".json", ".html", ".css", ".typed"}


def test_every_data_file_is_in_the_built_wheel(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    packed = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    wanted = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in DATA | {".py"} and "__pycache__" not in path.parts
    }
    assert wanted <= packed, sorted(wanted - packed)[:5]
    assert not any(name.startswith(("tests/", "bench/")) for name in packed)
