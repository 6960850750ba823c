"""A pseudo-terminal with vigie in it."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
VIGIE = os.path.join(os.environ.get("CARGO_TARGET_DIR") or os.path.join(ROOT, "target"), "release", "vigie")


class Terminal:
    def __init__(self, command, columns=120, rows=40):
        size = struct.pack("HHHH", rows, columns, 0, 0)
        environment = dict(os.environ, TERM="xterm-256color", LANG="C.UTF-8")
        environment.pop("NO_COLOR", None)
        environment.pop("COLORTERM", None)
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, size)
        self.started = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(leader)
            os.login_tty(follower) if hasattr(os, "login_tty") else _login(follower)
            os.execve(VIGIE, [VIGIE, *command], environment)
        os.close(follower)
        self.leader = leader

    def read(self, seconds):
        """What comes within so many seconds: nothing when nothing does, None when the terminal was closed."""
        try:
            if select.select([self.leader], [], [], seconds)[0]:
                got = os.read(self.leader, 1 << 16) or None
                self.answer(got or b"")
                return got
        except (OSError, ValueError):
            return None
        return b""

    def answer(self, got):
        """As an xterm that knows synchronized updates."""
        for question, answer in [(b"\x1b[?2026$p", b"\x1b[?2026;2$y"), (b"\x1b[5n", b"\x1b[0n")]:
            for _ in range(got.count(question)):
                os.write(self.leader, answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGTERM)
        end = time.monotonic() + 10
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            # What it still writes must be taken, or it waits.
            self.read(0.01)
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
        os.close(self.leader)


def _login(follower):
    os.setsid()
    fcntl.ioctl(follower, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(follower, fd)
