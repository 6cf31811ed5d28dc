"""Settings: one file `nadir.toml`, each key also as an environment variable. The only reader of the environment.

Keys, defaults and meaning are those of the README's settings table (a house test compares the two). The environment
wins over the file; relative paths count from the file; secrets come only from the environment, a file named by a
`..._file` key or a Prefect Secret block named by a `..._block` key (flows/secret_blocks.py) and are printed as `***`.
"""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ehr.profiles import profile_names
from flows.errors import SettingsRejected

__all__ = ["KEYS", "Key", "Settings", "find_settings_file", "load_settings", "prepare_prefect", "starter_file"]


@dataclass(frozen=True)
class Key:
    """One setting: dotted name, default (None = unset), kind (text, path, number) and its meaning with unit."""

    name: str
    default: Any
    kind: str
    meaning: str
    secret: bool = False

    @property
    def variable(self) -> str:
        """Name of the environment variable that overrides this key."""
        return "NADIR_" + self.name.upper().replace(".", "_")


KEYS: tuple[Key, ...] = (
    Key("home", "nadir-data", "path", "folder of landing/, store/, reports/ and status.json"),
    Key("protocol", "car-t-b-all", "text", "protocol by name, or the path of a TOML file"),
    Key("site.protocols", None, "path", "folder with protocols of the site"),
    Key("site.valuesets", None, "path", "folder with value-set tables that add to or replace ours"),
    Key("time_zone", None, "text", "IANA name of the hospital's time zone; must be given"),
    Key("server.url", None, "text", "base URL of the FHIR R4 server"),
    Key("server.profile", "generic", "text", "what is known of the server: a file of ehr/profiles"),
    Key("server.source", "search", "text", "search, export (bulk) or folder (NDJSON, plain or gzip)"),
    Key("server.folder", None, "path", "the folder of NDJSON files for source folder"),
    Key("server.roster", "search", "text", "who is looked at: search, patients, group or all"),
    Key(
        "server.roster_file", None, "path", "file of patient ids or system|identifier, one a line, for roster patients"
    ),
    Key("server.group", None, "text", "id of the FHIR Group for roster group"),
    Key("server.auth", "none", "text", "none, basic, bearer or smart-backend"),
    Key("server.token", None, "text", "bearer token; from the environment only", secret=True),
    Key("server.token_file", None, "path", "file that holds the bearer token"),
    Key("server.token_block", None, "text", "Prefect Secret block that holds the bearer token"),
    Key("server.user", None, "text", "user name for auth basic"),
    Key("server.password", None, "text", "password for auth basic; from the environment only", secret=True),
    Key("server.password_file", None, "path", "file that holds the password"),
    Key("server.password_block", None, "text", "Prefect Secret block that holds the password"),
    Key("server.client_id", None, "text", "our client id for auth smart-backend"),
    Key("server.key", None, "text", "private key for auth smart-backend; from the environment only", secret=True),
    Key("server.key_file", None, "path", "file that holds the private key: PEM (RSA or EC P-384) or JWKS"),
    Key("server.key_block", None, "text", "Prefect Secret block that holds the private key"),
    Key("server.key_id", None, "text", "kid of the key; default: the JWKS's own, or the key's thumbprint"),
    Key("server.token_url", None, "text", "token endpoint; default: what the server publishes"),
    Key("server.scopes", None, "text", "scopes to ask for; default: system/*.rs or system/*.read"),
    Key("server.allowed_hosts", None, "text", "further addresses that links and files may lead to, never with a token"),
    Key("server.ca_file", None, "path", "PEM file of the certificate authority; default: the system's"),
    Key("server.proxy", None, "text", "proxy URL for the FHIR server"),
    Key("server.connections", 5, "number", "parallel connections, 1 to 32"),
    Key("server.requests_per_minute", None, "number", "most requests a minute, all connections together"),
    Key("server.pull_window", None, "text", "local time in which the server may be asked, such as 20:00-06:00"),
    Key("patient.identifier_system", None, "text", "identifier system of the local patient number (internal edition)"),
    Key("patient.link_template", None, "text", "link into the EHR with {patient_id} or {local_identifier}"),
    Key("weekly.deadline", "07:00", "text", "local time at which a scheduled week is built with what is complete"),
    Key("report.minimum_cell", 11, "number", "smallest count that the shareable edition shows"),
    Key("store.memory", None, "text", "memory limit of the store, such as 4GB; default: half of the machine"),
    Key("store.threads", None, "number", "threads of the store; default: all"),
    Key("store.lock_wait_minutes", 60, "number", "minutes to wait for another writer"),
    Key("store.keep_builds", 2, "number", "build files kept of the newest issued weeks; each can be made again"),
)

LEAST_FREE_MB = 50
CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"

CHOICES: Mapping[str, tuple[str, ...]] = {
    "server.source": ("search", "export", "folder"),
    "server.roster": ("search", "patients", "group", "all"),
    "server.auth": ("none", "basic", "bearer", "smart-backend"),
    "server.profile": tuple(profile_names()),
}

# (key, its choice, what must then be given too: any of these)
NEEDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("server.source", "folder", ("server.folder",)),
    ("server.roster", "patients", ("server.roster_file",)),
    ("server.roster", "group", ("server.group",)),
    ("server.auth", "basic", ("server.user",)),
    ("server.auth", "smart-backend", ("server.client_id",)),
    ("server.auth", "smart-backend", ("server.key_file", "server.key_block", "server.key")),
)


@dataclass(frozen=True)
class Settings:
    """Effective settings. `values` by dotted key, `origins` says where each came from (default, file, environment)."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    file: Path | None

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  a setting is text, number or path by its Key
        return self.values[name]

    @property
    def home(self) -> Path:
        """Folder of everything that Nadir keeps."""
        return Path(self.values["home"])

    @property
    def landing(self) -> Path:
        """What was received, as received: with the settings file this is the backup."""
        return self.home / "landing"

    @property
    def store(self) -> Path:
        """The DuckDB files; may be deleted and rebuilt."""
        return self.home / "store"

    @property
    def reports(self) -> Path:
        """The weekly bundles and their index."""
        return self.home / "reports"

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""
        return ZoneInfo(self.values["time_zone"])

    def shown(self) -> list[tuple[str, str, str]]:
        """(key, value as text with secrets as ***, origin) of every setting, in the order of KEYS."""
        rows = []
        for key in KEYS:
            value = self.values[key.name]
            text = "" if value is None else "***" if key.secret else str(value)
            rows.append((key.name, text, self.origins[key.name]))
        return rows

    def secret(self, name: str) -> str | None:
        """A secret by its key from environment or file, or None. Read when asked for, never kept in a receipt.

        Raises:
            SettingsRejected: the file that is named cannot be read.
        """
        if self.values[name]:
            return str(self.values[name])
        file = self.values[f"{name}_file"]
        if file is None:
            return None
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsRejected(
                f"{name}_file: cannot read {file} ({error.strerror}). "
                "Nothing was changed; name a file that you may read."
            ) from error


def find_settings_file(given: Path | None) -> Path | None:
    """First of: `--config`, NADIR_CONFIG, ./nadir.toml, the user's configuration folder; None when there is none."""
    named = given or (Path(os.environ["NADIR_CONFIG"]) if os.environ.get("NADIR_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise SettingsRejected(f"{named}: no such settings file. Write one with `nadir config init`.")
        return named
    user = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "nadir" / "nadir.toml"
    return next((path for path in (Path("nadir.toml"), user) if path.is_file()), None)


def load_settings(given: Path | None = None) -> Settings:
    """Effective settings from file and environment.

    Raises:
        SettingsRejected: no file, unreadable TOML, unknown key, wrong kind or choice, missing or unknown time zone.
    """
    file = find_settings_file(given)
    if file is None:
        raise SettingsRejected("no nadir.toml found. Write one with `nadir config init`, or name one with --config.")
    written = _flatten(_parse(file), file)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for key in KEYS:
        raw, origin = _pick(key, written)
        values[key.name] = _typed(key, raw, file.resolve().parent, origin)
        origins[key.name] = origin
    _require(values, file)
    _require_times(values, file)
    return Settings(values=values, origins=origins, file=file.resolve())


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsRejected(
            f"{file}: cannot be read as TOML ({error}). Nothing was changed; mend the file."
        ) from error


def _flatten(tree: Mapping[str, Any], file: Path, prefix: str = "") -> dict[str, Any]:
    known = {key.name for key in KEYS}
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        dotted = prefix + name
        if isinstance(value, dict):
            flat.update(_flatten(value, file, dotted + "."))
        elif dotted not in known:
            raise SettingsRejected(f"{file}: unknown key {dotted}. Known keys: see `nadir config show` or the README.")
        elif next(key for key in KEYS if key.name == dotted).secret:
            raise SettingsRejected(
                f"{file}: {dotted} is a secret: use its environment variable, {dotted}_file or {dotted}_block."
            )
        else:
            flat[dotted] = value
    return flat


def _pick(key: Key, written: Mapping[str, Any]) -> tuple[Any, str]:
    if os.environ.get(key.variable):
        return os.environ[key.variable], f"environment {key.variable}"
    if key.name in written:
        return written[key.name], "file"
    return key.default, "default"


def _typed(key: Key, raw: Any, folder: Path, origin: str) -> Any:  # noqa: ANN401
    if raw is None:
        return None
    if key.kind == "path":
        path = Path(str(raw)).expanduser()
        return path if path.is_absolute() else folder / path
    if key.kind == "number":
        try:
            return int(raw)
        except (TypeError, ValueError) as error:
            raise SettingsRejected(f"{key.name} ({origin}): expected a whole number.") from error
    return str(raw)


def _require(values: Mapping[str, Any], file: Path) -> None:
    zone = values["time_zone"]
    if zone is None:
        raise SettingsRejected(f'{file}: time_zone must be given, such as time_zone = "Europe/Rome".')
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsRejected(f"{file}: time_zone {zone!r} is no IANA name.") from error
    for name, choices in CHOICES.items():
        if values[name] not in choices:
            raise SettingsRejected(f"{file}: {name} must be one of {', '.join(choices)}.")
    if values["server.source"] != "folder" and values["server.url"] is None:
        raise SettingsRejected(f"{file}: server.url must be given.")
    for name, choice, needed in NEEDS:
        if values[name] == choice and all(values[key] is None for key in needed):
            raise SettingsRejected(f'{file}: {name} = "{choice}" needs {" or ".join(needed)}.')


def _require_times(values: Mapping[str, Any], file: Path) -> None:
    rate = values["server.requests_per_minute"]
    if rate is not None and rate < 1:
        raise SettingsRejected(f"{file}: server.requests_per_minute must be at least 1.")
    shapes = {"weekly.deadline": (CLOCK, "07:00"), "server.pull_window": (f"{CLOCK}-{CLOCK}", "20:00-06:00")}
    for name, (shape, example) in shapes.items():
        text = values[name]
        if text is not None and not re.fullmatch(shape, text):
            raise SettingsRejected(f'{file}: {name} must be local time such as "{example}".')


def prepare_prefect(home: Path) -> None:
    """Set Prefect's environment before it is imported: own home, no telemetry, patience at start, our logs.

    A command ends with one sentence of ours; what Prefect would print goes to its own server only.

    A variable that is already set wins: a site with a real Prefect server keeps its own settings.
    """
    folder = _writable_home(home) / "prefect"
    folder.mkdir(exist_ok=True, mode=0o700)
    defaults = {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "nadir",
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_CLI_PROMPT": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def _writable_home(home: Path) -> Path:
    """The home, made if need be. Asked before Prefect starts: on a full disk its own database would wait for ever."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        writable, free_mb = os.access(home, os.W_OK), shutil.disk_usage(home).free // 1_000_000
    except OSError as error:
        raise SettingsRejected(
            f"home: {home} cannot be made ({error.strerror}). Nothing was changed; name another folder."
        ) from error
    if not writable:
        raise SettingsRejected(f"home: {home} cannot be written. Nothing was changed; mend its permissions.")
    if free_mb < LEAST_FREE_MB:
        raise SettingsRejected(
            f"home: {home} has {free_mb} MB free, a run needs {LEAST_FREE_MB} MB to start. Nothing was changed; "
            "make room and run again."
        )
    return home


def starter_file(*, url: str | None = None, time_zone: str | None = None) -> str:
    """A commented `nadir.toml` with every key, defaults as comments."""
    lines = ["# Settings of Nadir. Relative paths count from this file. Each key also as NADIR_<SECTION>_<KEY>.", ""]
    section = ""
    for key in sorted(KEYS, key=lambda key: ("." in key.name, KEYS.index(key))):
        if key.secret:
            continue
        head, _, name = key.name.rpartition(".")
        if head != section:
            lines += ["", f"[{head}]"]
            section = head
        given = {"server.url": url, "time_zone": time_zone}.get(key.name)
        example = given if given is not None else key.default
        shown = "" if example is None else str(example) if key.kind == "number" else f'"{example}"'
        lines += [f"# {key.meaning}", f"{'' if given is not None else '# '}{name} = {shown}".rstrip()]
    return "\n".join(lines) + "\n"
