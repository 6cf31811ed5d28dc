"""The wheel is the whole program: installed into an empty environment, `nadir demo` runs from an empty folder."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.prefect
def test_the_demo_runs_from_the_wheel_in_an_empty_folder(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    packages = next((environment / "lib").glob("python*")) / "site-packages"
    wheel = next((tmp_path / "dist").glob("*.whl"))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(packages)], check=True)
    # What Nadir depends on is taken from where the tests run; Nadir itself comes from the wheel alone.
    others = [path for path in site.getsitepackages() if Path(path).is_dir()]
    (packages / "others.pth").write_text("\n".join(others) + "\n", encoding="utf-8")

    empty = tmp_path / "empty"
    empty.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NADIR_", "PYTHON"))}
    made = subprocess.run(
        [str(environment / "bin" / "python"), "-c", "from flows.commands import main; main()", "demo"],
        cwd=empty, env={**clean, "HOME": str(tmp_path / "nobody")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    where = subprocess.run(
        [str(environment / "bin" / "python"), "-c", "import flows; print(flows.__file__)"],
        cwd=empty, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(environment)
    assert made.returncode == 0, made.stderr[-800:]
    assert "90 infused; 34 with, 56 without pre-existing infection" in made.stdout
    assert "16/56 = 28.6 % (95 % CI 17.3-42.2, Clopper-Pearson), 17 infections" in made.stdout
    assert Path(made.stdout.splitlines()[0].rpartition(": ")[2]).is_relative_to(empty)
