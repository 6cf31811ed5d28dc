"""One writer: the lock is the kernel's, the file says who."""

import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.errors import LockHeld
from warehouse.lock import LockHolder, lock_holder, work_lock

ROOT = Path(__file__).parents[3]
HOLDER = LockHolder(process_id=1, flow_run="weekly brave-otter", started_at="2020-01-06T05:00:00Z")


def test_a_lock_that_another_process_holds_says_who(home):
    program = (
        "import sys; from pathlib import Path; from warehouse.lock import LockHolder, work_lock\n"
        "holder = LockHolder(7, 'weekly calm-fox', '2020-01-06T05:00Z')\n"
        "with work_lock(Path(sys.argv[1]), wait_seconds=0, holder=holder):\n"
        "    print('held', flush=True); sys.stdin.readline()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(home)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(LockHeld, match=r"process 7 \(weekly calm-fox, since 2020-01-06T05:00Z\)"):
        with work_lock(home, wait_seconds=0.1, holder=HOLDER):
            pass
    child.communicate("done\n")
    with work_lock(home, wait_seconds=0, holder=HOLDER):
        assert lock_holder(home) == HOLDER
        assert (home / "work.lock").stat().st_mode & 0o077 == 0
    assert lock_holder(home) is None


def test_a_killed_holder_leaves_no_lock(home):
    program = (
        "import os, sys; from pathlib import Path; from warehouse.lock import LockHolder, work_lock\n"
        "with work_lock(Path(sys.argv[1]), wait_seconds=0, holder=LockHolder(7, 'weekly', '2020-01-06T05:00Z')):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(home)], cwd=ROOT, check=False)
    with work_lock(home, wait_seconds=0, holder=HOLDER):
        pass


def test_a_block_that_fails_releases_the_lock(home):
    with pytest.raises(ValueError, match="inside"), work_lock(home, wait_seconds=0, holder=HOLDER):
        raise ValueError("inside")
    with work_lock(home, wait_seconds=0, holder=HOLDER):
        pass
