"""Who runs a job: a process of a machine, named so that its end can be seen by the others on the same machine.

A lease lapses by itself, but a job whose process was killed need not wait for that where everybody can see that it is gone.
"""

from __future__ import annotations

import os
import platform
import uuid
from pathlib import Path

_UNKNOWN = "?"


def me() -> str:
    """A name for this process, and for one of perhaps several holders in it: machine, number, when it began."""
    return ":".join((platform.node(), str(os.getpid()), _began(os.getpid()), uuid.uuid4().hex[:8]))


def is_gone(holder: str) -> bool:
    """Whether a holder was a process of this machine that has ended. Its number may be another's by now."""
    machine, _, rest = holder.rpartition(":")[0].partition(":")
    pid, _, began = rest.partition(":")
    if machine != platform.node() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is somebody else's, and so not ours
        return False
    return _UNKNOWN not in {began, now := _began(int(pid))} and began != now


def _began(pid: int) -> str:
    """When a process began, in clock ticks since the machine started; where that can be seen."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return _UNKNOWN
    # The second field is the program's name in brackets, which may hold anything.
    return stat.rpartition(")")[2].split()[19]
