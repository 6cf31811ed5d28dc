"""The wheel, installed as a hospital installs it: an environment in which our code is the wheel alone."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from pathlib import Path

__all__ = ["NADIR", "clean_environment", "environment_of_wheel"]

ROOT = Path(__file__).resolve().parents[2]
NADIR = ("-c", "from flows.commands import main; main()")


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without anything of Prefect's, Nadir's or Python's, and with `more`."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("PREFECT_", "NADIR_", "PYTHON"))}
    return {**kept, **more}


def environment_of_wheel(folder: Path) -> Path:
    """The Python of an environment in which Nadir is the wheel; what it depends on comes from where the tests run."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    packages = next((environment / "lib").glob("python*")) / "site-packages"
    wheel = next((folder / "dist").glob("*.whl"))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(packages)], check=True)
    others = [path for path in site.getsitepackages() if Path(path).is_dir()]
    (packages / "others.pth").write_text("\n".join(others) + "\n", encoding="utf-8")
    return environment / "bin" / "python"
