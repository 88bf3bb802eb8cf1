"""What the system tells of a serving process: its memory and its processor time. Linux alone."""

import os
from pathlib import Path
from time import monotonic, sleep

IDLE_SHARE, LOOK_SECONDS, LONGEST_WAIT = 0.1, 3.0, 120.0


def serving_pid(data: Path) -> int:
    """Return the process that serves a data folder."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        words = path.read_bytes().split(b"\0")
        if b"serve" in words and str(data).encode() in words:
            return int(path.parent.name)
    raise RuntimeError(f"nobody serves {data}")


def resident_gb(pid: int) -> float:
    """Return the memory of a process, the shared pages of files left out."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["RssAnon"].split()[0]) / 1e6


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until_idle(pid: int) -> None:
    """Wait until a process has nothing more to do of its own: a large desk loads its index for longer."""
    began = monotonic()
    while monotonic() - began < LONGEST_WAIT:
        before = processor_seconds(pid)
        sleep(LOOK_SECONDS)
        if processor_seconds(pid) - before < IDLE_SHARE * LOOK_SECONDS:
            return
