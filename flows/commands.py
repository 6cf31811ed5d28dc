"""The command line. Parses words, calls one function, exits with the code of contracts 3."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from flows import (
    command_cases,
    command_config,
    command_demo,
    command_forget,
    command_practice,
    command_report,
    command_run,
    command_setup,
    command_status,
    command_store,
)
from flows.context import software_version
from flows.outcomes import WRONG_USAGE, ending

__all__ = ["main", "parser"]

Command = Callable[[argparse.Namespace], int]


class Words(argparse.ArgumentParser):
    """A parser whose usage errors end with exit code 64 and name the way to help."""

    def error(self, message: str) -> NoReturn:
        """Print usage and the mistake to stderr; exit 64."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"{self.prog}: {message}. See `{self.prog} --help`.\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line; each command's help ends with an example."""
    words = Words(
        prog="nadir", description="Infection surveillance for cell-therapy cohorts, straight from a FHIR server."
    )
    words.add_argument("--version", action="version", version=f"nadir {software_version()}")
    groups = words.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = command(
        groups,
        "demo",
        "generate the practice hospital, issue three Mondays of 2018 and the finished study",
        "nadir demo",
        command_demo.demo,
    )
    demo.add_argument(
        "--folder", type=Path, default=Path("nadir-demo"), help="where everything goes (default: ./nadir-demo)"
    )
    demo.add_argument("--roster", choices=("search", "patients", "all"), default="search", help="who is looked at")
    demo.add_argument("--source", choices=("search", "folder"), default="search", help="server or folder of NDJSON")
    demo.add_argument(
        "--server-profile", choices=("generic", "us-core"), default="generic", help="what the server refuses"
    )
    add_config(groups)
    add_run(groups)
    add_reading(groups)
    add_cases(groups)
    add_store(groups)
    add_forget(groups)
    add_practice(groups)
    add_setup(groups)
    return words


def command(
    group: argparse._SubParsersAction[Words], name: str, says: str, example: str, run: Command
) -> argparse.ArgumentParser:
    """Add one command with its help sentence and example."""
    made = group.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".", epilog=f"Example: {example}")
    made.set_defaults(run=run)
    return made


def with_config(words: argparse.ArgumentParser, *, json: bool = False) -> argparse.ArgumentParser:
    """Add `--config`, and `--json` for a reading command."""
    words.add_argument("--config", type=Path, help="settings file (default: NADIR_CONFIG, ./nadir.toml)")
    if json:
        words.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return words


def group_of(groups: argparse._SubParsersAction[Words], name: str, says: str) -> argparse._SubParsersAction[Words]:
    """A command that has commands of its own."""
    words = groups.add_parser(name, help=says, description=says, epilog=f"Example: nadir {name} --help")
    return words.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")


def add_config(groups: argparse._SubParsersAction[Words]) -> None:
    """`nadir config init|show|check`."""
    group = group_of(groups, "config", "settings: write, show, check")
    init = command(
        group,
        "init",
        "write a commented nadir.toml",
        "nadir config init --url https://fhir.example.org/r4 --time-zone Europe/Rome",
        command_config.init,
    )
    init.add_argument("--file", type=Path, default=Path("nadir.toml"), help="file to write (never overwritten)")
    init.add_argument("--url", help="base URL of the FHIR server")
    init.add_argument("--time-zone", help="IANA name of the hospital's time zone")
    with_config(
        command(
            group,
            "show",
            "print the effective settings and where each came from",
            "nadir config show --json",
            command_config.show,
        ),
        json=True,
    )
    says = "explain the protocol, try the server as a run would, show which codes no list knows; keeps nothing"
    check = with_config(command(group, "check", says, "nadir config check", command_config.check), json=True)
    check.add_argument("--offline", action="store_true", help="ask no server")
    check.add_argument(
        "--patients",
        type=int,
        default=10,
        metavar="N",
        help="patients to look at for their codes (default: 10)",
    )


def add_run(groups: argparse._SubParsersAction[Words]) -> None:
    """`nadir run ingest|weekly|analysis|backfill|rebuild`."""
    group = group_of(groups, "run", "run a flow now")
    ingest = with_config(
        command(group, "ingest", "pull what is new into landing/ and load it", "nadir run ingest", command_run.ingest),
        json=True,
    )
    ingest.add_argument("--full", action="store_true", help="fetch everything again, not only what changed")
    ingest.add_argument(
        "--only",
        action="append",
        metavar="PART",
        help="fetch a part again, no watermark moves: patients=FILE, type=NAME[,NAME], since=DATE",
    )
    ingest.add_argument("--rehearse", action="store_true", help="say what would be asked for, and fetch nothing")
    weekly = with_config(
        command(
            group,
            "weekly",
            "pull, build and issue the week",
            "nadir run weekly --through 2018-07-29",
            command_run.weekly,
        ),
        json=True,
    )
    weekly.add_argument(
        "--through", type=command_run.day, metavar="DATE", help="last local day looked at (default: last Sunday)"
    )
    weekly.add_argument(
        "--as-of",
        type=command_run.instant,
        metavar="T",
        help="use what was known at this instant (implies --no-ingest)",
    )
    weekly.add_argument("--no-ingest", action="store_true", help="build from what has landed, ask no server")
    for words in (ingest, weekly):
        words.add_argument("--strict", action="store_true", help="warnings end with exit code 1")
    add_analysis(group)
    add_past_runs(group)


def add_analysis(group: argparse._SubParsersAction[Words]) -> None:
    """`nadir run analysis`."""
    says = "analyse a frozen cohort: associations and models with p values, which no weekly page shows"
    example = "nadir run analysis --through 2019-12-29"
    words = with_config(command(group, "analysis", says, example, command_run.analysis), json=True)
    words.add_argument(
        "--through", type=command_run.day, metavar="DATE", help="last local day looked at (default: last Sunday)"
    )
    words.add_argument(
        "--as-of", type=command_run.instant, metavar="T", help="use what was known at this instant (default: newest)"
    )


def add_past_runs(group: argparse._SubParsersAction[Words]) -> None:
    """`nadir run backfill|rebuild`."""
    example = "nadir run backfill --from 2018-07-01 --to 2018-08-31"
    says = "issue past weeks that were never issued, from what has landed"
    backfill = with_config(command(group, "backfill", says, example, command_run.backfill), json=True)
    backfill.add_argument("--from", dest="first", type=command_run.day, metavar="DATE", help="default: oldest landing")
    backfill.add_argument("--to", dest="last", type=command_run.day, metavar="DATE", help="default: last Sunday")
    says = "build issued weeks again and compare them byte by byte with what was issued"
    example = "nadir run rebuild --as-of 2018-07-30T01:00:00Z"
    rebuild = with_config(command(group, "rebuild", says, example, command_run.rebuild), json=True)
    rebuild.add_argument("--as-of", type=command_run.instant, metavar="T", help="only weeks issued with this knowledge")
    rebuild.add_argument("--through", type=command_run.day, metavar="DATE", help="only the week that ends there")


def add_reading(groups: argparse._SubParsersAction[Words]) -> None:
    """`nadir status` and `nadir report list|open|show`."""
    status = with_config(
        command(
            groups,
            "status",
            "last issue, completeness by type, newest data, lock, disk, versions",
            "nadir status --max-age 8d",
            command_status.status,
        ),
        json=True,
    )
    status.add_argument(
        "--max-age",
        type=command_report.age,
        metavar="AGE",
        help="exit 1 when the last issue is older, such as 8d or 12h",
    )
    group = group_of(groups, "report", "weeks issued")
    with_config(command(group, "list", "list the weeks", "nadir report list", command_report.list_weeks), json=True)
    for name, says, run in (
        ("open", "open a week's page in the browser", command_report.open_week),
        ("show", "print a week's figures", command_report.show_week),
    ):
        words = with_config(
            command(group, name, says, f"nadir report {name} --week 2018-W30", run), json=name == "show"
        )
        words.add_argument("--week", help="ISO week such as 2018-W30 (default: the newest)")
        words.add_argument("--edition", choices=command_report.EDITIONS, default="internal", help="which page")


def add_cases(groups: argparse._SubParsersAction[Words]) -> None:
    """`nadir cases list|show|confirm|reject|reclassify`."""
    group = group_of(groups, "cases", "episodes that need a verdict, what stands behind one, and the verdict")
    says = "list the cases of the newest issue that need a verdict"
    with_config(command(group, "list", says, "nadir cases list", command_cases.list_cases), json=True)
    says = "print an episode and the resource versions behind it"
    show = command(group, "show", says, "nadir cases show 3f2a9c... --json", command_cases.show_case)
    with_config(show, json=True).add_argument("episode_id", metavar="ID", help="episode id, as in the line list")
    show.add_argument("--week", help="ISO week of the issue such as 2018-W30 (default: the newest)")
    for name, says in (
        ("confirm", "count an episode that is only listed"),
        ("reject", "no longer count an episode"),
        ("reclassify", "give an episode another class, or say of what a patient died"),
    ):
        more = " --to viral" if name == "reclassify" else ""
        words = with_config(
            command(group, name, says, f"nadir cases {name} 3f2a9c... --by 'Dr Rossi'{more}", command_cases.decide)
        )
        words.set_defaults(verdict=name)
        words.add_argument("episode_id", metavar="ID", help="episode id, as in the line list")
        words.add_argument("--by", required=True, metavar="NAME", help="who decided")
        words.add_argument("--note", help="why, for those who read it later")
        if name == "reclassify":
            words.add_argument(
                "--to",
                required=True,
                metavar="CLASS",
                help="a class (viral_resp, fungal, ...), death_of_infection, death_of_other_cause or progressed",
            )


def add_store(groups: argparse._SubParsersAction[Words]) -> None:
    """`nadir store rebuild|verify`."""
    group = group_of(groups, "store", "the DuckDB store")
    with_config(
        command(
            group,
            "rebuild",
            "make the archive again from landing/ and compare",
            "nadir store rebuild",
            command_store.rebuild,
        ),
        json=True,
    )
    with_config(
        command(
            group,
            "verify",
            "compare landing files with their manifests and the archive with landing/",
            "nadir store verify",
            command_store.verify,
        ),
        json=True,
    )


def add_forget(groups: argparse._SubParsersAction[Words]) -> None:
    """`nadir forget`."""
    says = "take a patient out of landing, store and issued rows; a count and a hash stay, figures are not rewritten"
    words = command(groups, "forget", says, "nadir forget --patient 4711", command_forget.forget)
    with_config(words, json=True).add_argument("--patient", required=True, metavar="ID", help="the Patient's server id")


def instant(text: str) -> datetime:
    """An instant with its zone.

    Raises:
        ValueError: it cannot be read, or has no zone.

    >>> instant("2018-07-16T01:00:00+08:00").isoformat()
    '2018-07-16T01:00:00+08:00'
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return moment


def add_practice(groups: argparse._SubParsersAction[Words]) -> None:
    """`nadir practice generate|serve`."""
    group = group_of(groups, "practice", "a made-up hospital to try things on")
    generate = command(
        group,
        "generate",
        "write the practice hospital as NDJSON with its truth",
        "nadir practice generate hospital",
        command_practice.generate,
    )
    generate.add_argument("folder", type=Path, help="folder to write")
    generate.add_argument("--seed", type=int, default=20160601, help="same seed, same bytes")
    serve = command(
        group,
        "serve",
        "serve a practice hospital as a FHIR server on loopback",
        "nadir practice serve hospital --port 8000",
        command_practice.serve,
    )
    serve.add_argument("folder", type=Path, help="folder written by `nadir practice generate`")
    serve.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1; 0 lets the system choose")
    serve.add_argument(
        "--profile",
        choices=("generic", "us-core"),
        default="generic",
        help="us-core refuses searches without a patient",
    )
    serve.add_argument(
        "--now",
        type=instant,
        help="the hospital's time, with zone, as in 2018-07-16T01:00:00+08:00 (default: everything it ever wrote)",
    )
    serve.add_argument(
        "--faults", type=Path, metavar="FILE", help="TOML file of what goes wrong, [[fault]] by [[fault]]"
    )
    serve.add_argument("--token", help="bearer token that callers must send (default: none needed)")


def add_setup(groups: argparse._SubParsersAction[Words]) -> None:
    """`nadir setup prefect`."""
    group = group_of(groups, "setup", "prepare what runs Nadir")
    says = "make the work pool, its queue with limit 1 and the deployments on the Prefect server; safe to repeat"
    with_config(command(group, "prefect", says, "nadir setup prefect", command_setup.prefect), json=True)


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Entry point of `nadir`."""
    arguments = parser().parse_args(words)
    run: Command = arguments.run
    sys.exit(ending(lambda: run(arguments)))


if __name__ == "__main__":
    main()
