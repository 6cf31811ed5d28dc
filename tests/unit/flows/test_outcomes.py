"""Endings: the exit code and one sentence, never a message that may quote a patient."""

from __future__ import annotations

import pytest

from flows.errors import SettingsRejected
from flows.outcomes import DONE, NOT_DONE, ending


def fails(error: BaseException) -> int:
    raise error


def test_our_own_error_prints_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(lambda: fails(SettingsRejected("nadir.toml: time_zone must be given"))) == NOT_DONE
    assert capsys.readouterr().err == "nadir: nadir.toml: time_zone must be given.\n"


def test_a_foreign_error_prints_its_place_and_not_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(lambda: fails(ValueError("patient SENTINELPHI is odd"))) == NOT_DONE
    told = capsys.readouterr().err
    assert "unexpected ValueError at test_outcomes.py:" in told
    assert "SENTINELPHI" not in told


def test_a_full_disk_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(lambda: fails(OSError(28, "No space left on device"))) == NOT_DONE
    assert "No space left on device" in capsys.readouterr().err


def test_an_interrupt_is_an_ending_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(lambda: fails(KeyboardInterrupt())) == NOT_DONE
    assert "stopped by the user" in capsys.readouterr().err


def test_a_command_that_returns_keeps_its_code() -> None:
    assert ending(lambda: DONE) == DONE
