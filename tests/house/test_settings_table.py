"""The README's settings table is the settings module: same keys, same variables, same defaults."""

from __future__ import annotations

import re
from pathlib import Path

from flows.settings import KEYS

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_settings_table_equals_the_settings_module() -> None:
    text = README.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.*?) \| (.*?) \|$", text, re.M)
    written = {key: default for key, default, _ in rows}
    assert list(written) == [key.name for key in KEYS]
    for key in KEYS:
        assert written[key.name] == ("none" if key.default is None else f"`{key.default}`"), key.name
