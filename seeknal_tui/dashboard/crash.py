"""What is kept when the dashboard itself breaks: the details go to a file, not to the screen."""

from __future__ import annotations

import io
import os
import tempfile
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType

from rich.console import Console

WIDTH = 120


class CrashLog:
    """Collects what went wrong. While it is entered, threads that break are noted in it too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._text = io.StringIO()
        self.console = Console(file=self._text, markup=False, highlight=False, width=WIDTH, color_system=None)
        """Where Textual prints the traceback of what broke it."""

    def __enter__(self) -> CrashLog:
        self._hook = threading.excepthook
        threading.excepthook = self._note_thread
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        threading.excepthook = self._hook

    def _note_thread(self, broken: threading.ExceptHookArgs) -> None:
        if broken.exc_value is not None:
            self.note(broken.exc_value)

    def note(self, error: BaseException) -> None:
        """Add the traceback of an error."""
        self._text.write("".join(traceback.format_exception(error)))

    @property
    def is_empty(self) -> bool:
        """Whether nothing went wrong."""
        return not self._text.getvalue()

    def write(self) -> Path | None:
        """Write what was collected beside the run's logs, or else into the folder for temporary files."""
        name = time.strftime("crash-%Y%m%d-%H%M%S.log")
        for folder in (self._folder, Path(tempfile.gettempdir())):
            path = folder / name
            try:
                folder.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            except OSError:
                continue
            with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
                file.write(self._text.getvalue())
            return path
        return None
