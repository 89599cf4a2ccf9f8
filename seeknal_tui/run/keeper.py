"""A small process that cleans up when the runner was killed and could not do it itself.

It holds the read end of a pipe whose write end only the runner has, so it learns of the runner's end by the end of the
pipe, however the runner ended. A runner that ends in good order has cleaned up and ends its keeper first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Self

CHILD = Path(__file__).with_name("keeper_child.py")


class Keeper:
    """The runner's hold on its keeper."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: int) -> None:
        self._process = process
        self._pipe = pipe

    @classmethod
    def start(cls, cookie: str, cleanup: Path) -> Self:
        """Start a keeper for everything that carries *cookie*, and for the folder *cleanup*, which may not exist yet.

        Does not wait for it. Raises OSError if there can be no further process.
        """
        # Python opens pipes so that no program started later gets them. The keeper gets its end as its stdin.
        reader, writer = os.pipe()
        # Without the variables of an outer run, which would end this keeper before it has done its work.
        environ = {name: value for name, value in os.environ.items() if not name.startswith("SEEKNAL_TUI_")}
        environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", str(CHILD), cookie, str(cleanup), str(os.getpid())],
                stdin=reader,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=environ,
                start_new_session=True,
            )
        except OSError:
            os.close(writer)
            raise
        finally:
            os.close(reader)
        return cls(process, writer)

    @property
    def pid(self) -> int:
        """The keeper's process."""
        return self._process.pid

    def close(self) -> None:
        """End the keeper: there is nothing left for it to do. Once more is harmless."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()
            os.close(self._pipe)
