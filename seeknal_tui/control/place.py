"""Where the socket of a process is, and whether nobody but its owner can reach it.

It stands in ``.seeknal_tui/control/`` of the folder of results, and is called after its process. A path may have some
100 bytes only, and not every file system has sockets: then it is in the user's runtime folder, else in that for
temporary files, in a folder of the user's own.
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

MOST_PATH_BYTES = 100
"""macOS allows 104 with the zero at the end, Linux 108."""
SUFFIX = ".sock"


def socket_paths(target: Path, pid: int) -> list[Path]:
    """Where the socket of that process may be, for runs into that folder of results; the best place first."""
    short = hashlib.sha256(os.fsencode(target.absolute())).hexdigest()[:16]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    folders = [*([Path(runtime) / "seeknal_tui"] if runtime else []), _temporary_folder()]
    paths = [
        target.absolute() / ".seeknal_tui" / "control" / f"{pid}{SUFFIX}",
        *(folder / f"{short}-{pid}{SUFFIX}" for folder in folders),
    ]
    return [path for path in paths if len(os.fsencode(path)) <= MOST_PATH_BYTES]


def _temporary_folder() -> Path:
    return Path(tempfile.gettempdir()) / f"seeknal_tui-{os.geteuid()}"


def make_private(folder: Path) -> None:
    """Make a folder that only this user may enter, or see that it is one. Raises OSError."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    require_own(folder)
    folder.chmod(0o700)


def require_own(folder: Path) -> None:
    """Raises PermissionError if that is no folder of this user, as somebody else may have made it before."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to somebody else")


def remove_stale(folder: Path) -> None:
    """Remove the sockets of processes that are gone."""
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(OSError, ValueError):
            pid = int(path.stem.rpartition("-")[2])
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                path.unlink()


def is_of_this_user(connection: socket.socket) -> bool:
    """Whether the other end is a process of this user, as far as the system can tell."""
    try:
        if sys.platform == "linux":
            credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            uid = struct.unpack("3i", credentials)[1]
        elif sys.platform == "darwin":
            # struct xucred of <sys/ucred.h>: version, user, and groups that do not matter here.
            uid = struct.unpack_from("=II", connection.getsockopt(0, 1, 76))[1]
        else:
            return True
    except OSError:
        return False
    return bool(uid == os.geteuid())
