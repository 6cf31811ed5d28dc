"""Every rule that code points to is written down: anchors of docs/definitions.md exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("flows", "ehr", "mappings", "warehouse", "checks", "metrics", "reports")


def anchors() -> set[str]:
    """Headings as their anchors: lower case, spaces to hyphens, punctuation dropped."""
    text = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_anchor_that_code_points_to_exists() -> None:
    known = anchors()
    missing = {
        f"{path.relative_to(ROOT)}: {anchor}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".sql", ".toml", ".json"}
        for anchor in re.findall(r"definitions\.md#([a-z0-9-]+)", path.read_text(encoding="utf-8"))
        if anchor not in known
    }
    assert not missing, sorted(missing)
