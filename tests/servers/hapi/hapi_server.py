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
LONGEST_BUILD_SECONDS = 600
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
    """Compile once, with Maven's download (230 MB) where its folder does not have everything already.

    Raises:
        Unavailable: Maven could not compile; the message says why.
    """
    TARGET.mkdir(exist_ok=True)
    with (TARGET / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_built():
            return
        CLASSPATH.unlink(missing_ok=True)
        # What is in Maven's folder already is not asked for again, so the first way needs no network a second time.
        said = _compile("--no-transfer-progress")
        if said is not None and _compile("--offline") is not None:
            raise Unavailable(f"Maven cannot compile it: {said}")
        CLASSPATH.touch()


def _compile(mode: str) -> str | None:
    """Run Maven once; what it says when it cannot compile."""
    command = ["mvn", mode, "-Dstyle.color=never", "--batch-mode", "--quiet", "compile"]
    try:
        made = subprocess.run(
            command, cwd=PROJECT, capture_output=True, text=True, timeout=LONGEST_BUILD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"not done in {LONGEST_BUILD_SECONDS} s"
    if made.returncode == 0:
        return None
    said = [line.replace("[ERROR]", "").strip() for line in made.stdout.splitlines() if "[ERROR]" in line]
    return next((line for line in said if not line.endswith("POMs:")), made.stderr.strip())[:200]


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


def install() -> str | None:
    """Build, with the download, where that can be done; else why not. Never raises: no test waits for a server."""
    try:
        demand_tools()
        build()
    except (Unavailable, OSError) as why:
        return str(why)
    return None


if __name__ == "__main__":
    if reason := install():
        print(f"the tests on a real HAPI server (make hapi) will be skipped: {reason}", file=sys.stderr)  # noqa: T201
