"""A program started by a test: it dies with the test run, keeps a log, and is ended by its own process id."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.peers.ports import wait_for

# Services live in sbin, which an ordinary user's PATH leaves out.
_SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


class PeerMissingError(Exception):
    """A counterpart is not installed; the message is one line that says what to do."""

    def __init__(self, what: str, package: str) -> None:
        super().__init__(f"{what} is not installed: run `make test`, which installs it, or `apt-get install {package}`")


class PeerFailedError(Exception):
    """A counterpart ended by itself; the message holds the end of its log."""


def program(name: str, package: str) -> str:
    """The path of a program that a Debian package brings."""
    found = shutil.which(name, path=_SEARCH)
    if found is None:
        raise PeerMissingError(name, package)
    return found


class Child:
    """A running program. Start it from a thread that lives on: the kernel ends both together."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        name: str,
        user: str | None = None,
        ending: signal.Signals = signal.SIGTERM,
        piped: bool = False,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._ending = ending
        pipe = subprocess.PIPE if piped else None
        with self.log.open("ab") as log:
            # setpriv: even a test run that is killed outright leaves nothing behind.
            # A process group of its own: Ctrl-C goes to the test run, which then ends the program in order.
            self.process = subprocess.Popen(
                [program("setpriv", "util-linux"), "--pdeathsig", ending.name, "--", *command],
                cwd=folder,
                stdin=pipe or subprocess.DEVNULL,
                stdout=pipe or log,
                stderr=log,
                user=user,
                group=user and _group_of(user),
                extra_groups=[] if user else None,
                process_group=0,
            )

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def check(self) -> None:
        """Raise with the end of the log when the program has ended."""
        if not self.running:
            code = self.process.returncode
            raise PeerFailedError(f"{self.name} ended with {code}:\n{self.last_words()}")

    def last_words(self, lines: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def end(self) -> None:
        """Ask the program to end."""
        if self.running:
            self.process.send_signal(self._ending)

    def kill(self) -> None:
        """Pull the plug."""
        if self.running:
            self.process.kill()
        self.process.wait()
        self._close_pipes()

    async def stop(self, within: float = 15) -> None:
        """End the program in order; by force when it takes too long."""
        self.end()
        try:
            await wait_for(lambda: not self.running, within)
        except TimeoutError:
            pass
        finally:
            self.kill()

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
