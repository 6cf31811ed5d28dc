"""Settings: the environment wins, secrets stay out of files and out of print, mistakes are named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows.context import open_context, standing_at
from flows.errors import SettingsRejected
from flows.pulling import allowed_until
from flows.secret_blocks import KeptSecret, secret_of
from flows.settings import KEYS, load_settings, starter_file

URL = 'time_zone = "Europe/Rome"\n[server]\nurl = "https://fhir.example.org/r4"\n'


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for key in KEYS:
        monkeypatch.delenv(key.variable, raising=False)
    monkeypatch.delenv("NADIR_CONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "nadir.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_relative_paths_count_from_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    settings = load_settings(written(folder, URL))
    assert settings.home == folder / "nadir-data"
    assert settings.landing == folder / "nadir-data" / "landing"


def test_the_environment_wins_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NADIR_SERVER_ROSTER", "all")
    settings = load_settings(written(tmp_path, URL + 'roster = "search"\n'))
    assert settings["server.roster"] == "all"
    assert settings.origins["server.roster"] == "environment NADIR_SERVER_ROSTER"


def test_a_secret_is_printed_as_stars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NADIR_SERVER_TOKEN", "very-secret")
    settings = load_settings(written(tmp_path, URL))
    assert settings.secret("server.token") == "very-secret"
    assert dict((name, value) for name, value, _ in settings.shown())["server.token"] == "***"


def test_the_token_file_is_read_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    settings = load_settings(written(tmp_path, URL + 'token_file = "token"\n'))
    assert settings.secret("server.token") == "from-file"


def test_the_environment_comes_before_a_file_and_a_file_before_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    block = URL + 'token_block = "ehr"\n'
    both = block + 'token_file = "token"\n'

    def found(text: str) -> Callable[[], str] | None:
        return secret_of(load_settings(written(tmp_path, text)), "token")

    assert found(URL) is None
    assert isinstance(found(block), KeptSecret)
    from_file = found(both)
    assert from_file is not None
    assert from_file() == "from-file"
    monkeypatch.setenv("NADIR_SERVER_TOKEN", "from-environment")
    from_environment = found(both)
    assert from_environment is not None
    assert from_environment() == "from-environment"


def test_a_secret_of_a_block_is_asked_for_once_and_again_only_after_a_refusal() -> None:
    answers = iter(["first-answer", "second-answer"])
    secret = KeptSecret(lambda: next(answers))
    assert [secret(), secret(), secret.again(), secret()] == [*["first-answer"] * 2, *["second-answer"] * 2]
    assert "answer" not in repr(secret)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time_zone = ", "cannot be read as TOML"),
        ('[server]\nurl = "https://x"\n', "time_zone must be given"),
        ('time_zone = "Rome"\n', "no IANA name"),
        (URL + 'rooster = "all"\n', "unknown key server.rooster"),
        (URL + 'token = "abc"\n', "is a secret"),
        (URL + 'roster = "everyone"\n', "must be one of search, patients, group, all"),
        (URL + 'roster = "patients"\n', "needs server.roster_file"),
        (URL + 'source = "folder"\n', "needs server.folder"),
        (URL + 'roster = "group"\n', "needs server.group"),
        (URL + 'auth = "smart-backend"\nclient_id = "nadir"\n', "needs server.key_file"),
        (URL + 'profile = "unknown"\n', "must be one of epic, generic, hapi"),
        (URL + 'connections = "many"\n', "expected a whole number"),
        (URL + "requests_per_minute = 0\n", "at least 1"),
        ('time_zone = "Europe/Rome"\n', "server.url must be given"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsRejected, match=says):
        load_settings(written(tmp_path, text))


def test_no_file_names_the_command_that_writes_one() -> None:
    with pytest.raises(SettingsRejected, match="nadir config init"):
        load_settings()


def test_the_starter_file_is_read_back_with_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, starter_file(url="https://x", time_zone="Asia/Shanghai")))
    for key in KEYS:
        if key.kind != "path" and key.name not in ("server.url", "time_zone"):
            assert settings[key.name] == key.default, key.name


@pytest.mark.parametrize("window", ["20:00", "20:00-24:00", "8:00-9:00", "20:00-06:00-07:00", "at night"])
def test_a_pull_window_that_is_no_two_times_of_day_is_named(tmp_path: Path, window: str) -> None:
    with pytest.raises(SettingsRejected, match=r"server\.pull_window"):
        load_settings(written(tmp_path, f'{URL}pull_window = "{window}"\n'))


@pytest.mark.parametrize(
    ("now", "window", "until"),
    [
        ("2018-07-30T21:00:00+02:00", "20:00-06:00", "2018-07-31T06:00:00+02:00"),
        ("2018-07-30T05:59:00+02:00", "20:00-06:00", "2018-07-30T06:00:00+02:00"),
        ("2018-07-30T06:00:00+02:00", "20:00-06:00", None),
        ("2018-07-30T12:00:00+02:00", "12:00-13:00", "2018-07-30T13:00:00+02:00"),
        ("2018-07-30T13:00:00+02:00", "12:00-13:00", None),
    ],
)
def test_a_pull_ends_with_its_window_and_does_not_begin_outside_it(
    now: str, window: str, until: str | None, tmp_path: Path
) -> None:
    context = open_context(written(tmp_path, f'{URL}pull_window = "{window}"\n'))
    with standing_at(datetime.fromisoformat(now)):
        if until is None:
            with pytest.raises(SettingsRejected, match=f"server.pull_window is {window}"):
                allowed_until(context, None)
        else:
            end = datetime.fromisoformat(until)
            assert allowed_until(context, None) == end
            assert allowed_until(context, end - timedelta(minutes=1)) == end - timedelta(minutes=1)
