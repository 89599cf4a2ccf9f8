"""The keeper's process: ``keeper_child.py COOKIE CLEANUP RUNNER``, with the pipe from the runner as its stdin.

Until the runner is gone it does next to nothing and has next to nothing imported.
"""

from __future__ import annotations

import os
import select
import signal
import sys

GRACE_S = 1.0
"""Seconds from SIGTERM to SIGKILL: nobody is waiting any more for what the processes do."""
LOOK_S = 1.0
"""Seconds between looks whether the runner is still our parent."""


def main() -> None:
    """Wait for the end of the runner, then end what carries its cookie and remove its folder of temporary files."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    cookie, cleanup, runner = sys.argv[1], sys.argv[2], int(sys.argv[3])
    # A process that was forked from the runner and is no task's may hold the pipe open when the runner is gone.
    while os.getppid() == runner and not select.select([0], [], [], LOOK_S)[0]:
        pass

    import shutil  # noqa: PLC0415

    from seeknal_tui.run import strays  # noqa: PLC0415

    strays.end_all(cookie, GRACE_S, looks=2)
    shutil.rmtree(cleanup, ignore_errors=True)


if __name__ == "__main__":
    main()
