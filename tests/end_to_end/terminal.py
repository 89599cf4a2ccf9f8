"""A real terminal: tmux with a shell in it, into which keys are sent and from which the screen is read."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
import uuid
from pathlib import Path

PATIENCE_S = 60.0
PROMPT = "ready-for-commands"


class Terminal:
    """One terminal of a size; ``with`` closes it and ends what runs in it."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        self._server = f"seeknal-{uuid.uuid4().hex[:12]}"
        self._folder = folder
        self._size = (width, height)

    def __enter__(self) -> Terminal:
        width, height = self._size
        root = Path(__file__).parent.parent.parent
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height), "-c", str(self._folder),
            "-e", f"PYTHONPATH={root}", "/bin/sh",
        )  # fmt: skip
        self.type(f"unset COLUMNS LINES; PS1='{PROMPT}$ '; clear")
        self.wait_for(f"{PROMPT}$")
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the terminal away, as a broken connection does."""
        subprocess.run(["tmux", "-L", self._server, "kill-server"], check=False, capture_output=True)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-L", self._server, *arguments], check=True, capture_output=True, text=True)
        return done.stdout

    @property
    def text(self) -> str:
        """What is on the screen."""
        return self._tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        """Press keys, named as tmux does."""
        self._tmux("send-keys", *keys)

    def press_until(self, key: str, text: str) -> None:
        """Press a key, again after a while, until the text is seen."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.text:
            assert time.monotonic() < deadline, f"waited in vain for {text!r}; the screen:\n{self.text}"
            self.press(key)
            seen_by = time.monotonic() + 0.5
            while text not in self.text and time.monotonic() < seen_by:
                time.sleep(0.03)

    def type(self, text: str) -> None:
        """Type a line into the shell."""
        self._tmux("send-keys", "-l", text)
        self.press("Enter")

    def run(self, *arguments: str, program: str = "-m seeknal_tui") -> None:
        """Start seeknal-tui; afterwards the shell says its exit code."""
        words = " ".join(map(shlex.quote, arguments))
        self.type(f"clear; {shlex.quote(sys.executable)} {program} {words}; echo exit=$?")

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def wait_for(self, *texts: str) -> str:
        """Wait until all these texts are on the screen; returns it."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            screen = self.text
            if all(text in screen for text in texts):
                return screen
            assert time.monotonic() < deadline, f"waited in vain for {texts}; the screen:\n{screen}"
            time.sleep(0.03)

    def wait_gone(self, text: str) -> None:
        """Wait until a text is no longer on the screen."""
        deadline = time.monotonic() + PATIENCE_S
        while text in self.text:
            assert time.monotonic() < deadline, f"waited in vain for {text!r} to go; the screen:\n{self.text}"
            time.sleep(0.03)

    def hang_up(self) -> None:
        """Close the window of the terminal while something runs in it."""
        self._tmux("kill-server")

    def modes(self) -> str:
        """The modes of the terminal, as ``stty`` tells them."""
        path = self._folder / "modes"
        path.unlink(missing_ok=True)
        self.type("stty -a > modes; echo modes-told")
        self.wait_for("modes-told")
        wait_until(lambda: path.exists() and bool(path.read_text()))
        return path.read_text()


def wait_until(condition: object) -> None:
    """Wait until a condition holds."""
    assert callable(condition)
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.03)


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return os.path.exists("/proc") is False
