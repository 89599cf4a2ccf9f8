"""Asks things of a run that another process executes."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from seeknal_tui.control.place import is_of_this_user, require_own, socket_paths
from seeknal_tui.control.requests import MOST_BYTES, Refused

PATIENCE_S = 1.0
"""How long an answer may take. It takes a few milliseconds, unless the process is stopped or the machine overloaded."""


class ControlClient:
    """A connection to the process *pid* that runs into the folder of results *target*; made when first needed."""

    def __init__(self, target: Path, pid: int) -> None:
        self.pid = pid
        self._target = target
        self._connection: socket.socket | None = None

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """Ask for something, and return the answer. Raises Refused, with why it was not done or is not known to be."""
        request = json.dumps({"ask": what, **more}).encode() + b"\n"
        try:
            if self._connection is None:
                self._connection = self._connected()
            try:
                self._connection.sendall(request)
            except (BrokenPipeError, ConnectionResetError):  # it had closed the connection: a new one will do
                self._connection.close()
                self._connection = self._connected()
                self._connection.sendall(request)
            answer = json.loads(_line(self._connection))
        except TimeoutError as error:
            self.close()
            raise Refused(f"process {self.pid}, which runs it, does not answer") from error
        except (OSError, ValueError) as error:
            self.close()
            raise Refused(f"process {self.pid}, which ran it, cannot be asked any more") from error
        if not answer.get("ok"):
            raise Refused(str(answer.get("error", "refused")))
        return dict(answer)

    def close(self) -> None:
        """Let go of the connection. Harmless if there is none."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> socket.socket:
        problem: OSError = FileNotFoundError("it has no socket")
        for path in socket_paths(self._target, self.pid):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(PATIENCE_S)
            try:
                require_own(path.parent)
                _connect(connection, path)
                if is_of_this_user(connection):
                    return connection
                problem = PermissionError("it belongs to somebody else")
            except OSError as error:
                problem = error
            connection.close()
        raise problem


def _connect(connection: socket.socket, path: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection.connect(os.fspath(path))
        except BlockingIOError as error:  # so many knock at once that it cannot even wait for its turn
            if time.monotonic() > deadline:
                raise TimeoutError from error
            time.sleep(0.01)
        else:
            return


def _line(connection: socket.socket) -> bytes:
    received = bytearray()
    while b"\n" not in received:
        data = connection.recv(1 << 16)
        if not data or len(received) > MOST_BYTES:
            raise ConnectionError("the connection ended within an answer")
        received += data
    return bytes(received)
