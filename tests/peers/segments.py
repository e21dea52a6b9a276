"""An oracle for counting SMS segments: a well-known calculator, run by Node."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

from tests.peers.smsc import node_script


@dataclass(frozen=True)
class Counted:
    """What the oracle says of one text."""

    encoding: str  # "GSM-7" or "UCS-2"
    segments: int
    parts: tuple[str, ...]


def count_segments(texts: Iterable[str]) -> list[Counted]:
    """Ask the oracle about many texts at once: it starts only once for all of them."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(
        node_script("segments.js"),
        input=lines,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [Counted(answer["encoding"], answer["segments"], tuple(answer["parts"])) for answer in answers]
