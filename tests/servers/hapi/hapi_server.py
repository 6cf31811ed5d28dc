"""Build (once) and run a HAPI FHIR server of our own on loopback.

    with running() as base:      # "http://127.0.0.1:<free port>/fhir"
        ...

The server leaves when its standard input closes, so it ends with the test run however that ends.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parent / "server"
TARGET = PROJECT / "target"
CLASSPATH = TARGET / "classpath.txt"
OLDEST_JAVA = 17
JAVA_OPTIONS = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
REAL = {
    "fetchMax": "200",
    "maxPageSize": "200",
    "reuseSearchMillis": "60000",
    "historyCount": "CACHED_ONLY_WITHOUT_OFFSET",
}


class Unavailable(Exception):
    """HAPI cannot run on this machine; the message is the reason to skip."""


class NotStarted(Exception):
    """HAPI was built and did not come up; the message holds the end of its log."""


def demand_tools() -> str:
    """The java to run with.

    Raises:
        Unavailable: no Java 17, no compiler beside it, or no Maven.
    """
    java, maven = shutil.which("java"), shutil.which("mvn")
    if java is None or shutil.which("javac") is None:
        raise Unavailable("no JDK on the PATH (Debian: openjdk-17-jdk-headless)")
    if maven is None:
        raise Unavailable("no mvn on the PATH (Debian: maven)")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < OLDEST_JAVA:
        raise Unavailable(f"the java on the PATH is older than {OLDEST_JAVA}")
    return java


def build() -> None:
    """Compile once; offline where Maven has everything already, else with its download (230 MB).

    Raises:
        Unavailable: Maven could not compile; the message has its first lines.
    """
    TARGET.mkdir(exist_ok=True)
    with (TARGET / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_built():
            return
        CLASSPATH.unlink(missing_ok=True)
        for mode in ("--offline", "--no-transfer-progress"):
            made = subprocess.run(
                ["mvn", mode, "--batch-mode", "--quiet", "compile"],
                cwd=PROJECT,
                capture_output=True,
                text=True,
                timeout=900,
                check=False,
            )
            if made.returncode == 0:
                CLASSPATH.touch()
                return
        said = [line for line in (made.stdout + made.stderr).splitlines() if "ERROR" in line]
        raise Unavailable("mvn compile failed: " + " ".join(said[:2])[:400])


def _is_built() -> bool:
    if not CLASSPATH.exists():
        return False
    sources = [PROJECT / "pom.xml", *(PROJECT / "src").rglob("*.*")]
    if max(path.stat().st_mtime for path in sources) > CLASSPATH.stat().st_mtime:
        return False
    return all(Path(jar).exists() for jar in CLASSPATH.read_text(encoding="utf-8").strip().split(os.pathsep))


@contextmanager
def running(log: Path, **settings: str) -> Iterator[str]:
    """A server with an empty database, by its base address; `settings` are those of Settings.java without `hapi.`.

    Raises:
        Unavailable: it cannot be built or run here.
        NotStarted: it did not answer in time.
    """
    java = demand_tools()
    build()
    path = os.pathsep.join([str(TARGET / "classes"), CLASSPATH.read_text(encoding="utf-8").strip()])
    chosen = [f"-Dhapi.{name}={value}" for name, value in settings.items()]
    command = [java, *JAVA_OPTIONS, *chosen, "-cp", path, "nadir.hapi.TestServer"]
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            yield _await_ready(process, log)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _await_ready(process: subprocess.Popen[bytes], log: Path, seconds: float = 180) -> str:
    assert process.stdout is not None
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at and process.poll() is None:
        if select.select([process.stdout], [], [], 0.5)[0]:
            line = process.stdout.readline().decode()
            if line.startswith("READY "):
                return line.split()[1]
    process.kill()
    raise NotStarted(log.read_text(encoding="utf-8", errors="replace")[-2000:])


if __name__ == "__main__":  # the install step of `make test`
    try:
        demand_tools()
        build()
    except Unavailable as why:
        print(f"HAPI tests will be skipped: {why}", file=sys.stderr)  # noqa: T201
