"""Lets other processes ask things of a runner, and is never in its way.

One thread serves all clients, and waits for none: what a client has not sent yet is not waited for, and what it does
not read is kept only up to a bound. A client that sends nonsense is told so; one that sends without end, or never ends
its line, is dropped. All together they take a small part of one core. Only the user who runs the run gets in.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from seeknal_tui.control.place import is_of_this_user, make_private, remove_stale, socket_paths
from seeknal_tui.control.requests import MOST_BYTES, answer_to
from seeknal_tui.run.runner import Runner

MOST_CLIENTS = 16
MOST_KNOCKING = 64
"""How many may wait to be let in; the next ones are told to try again."""
PIECE = 1 << 16
MOST_UNREAD = 1 << 16
"""Bytes of answers that a client may leave unread."""
UNFINISHED_S = 10.0
"""How long a client may take over one line."""
LOOK_EVERY_S = 1.0
REST = 4
"""So many times as long as it was busy the thread rests, so that no client can keep it busy."""


class _Client:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.received = bytearray()
        self.unread = bytearray()
        self.since = self.heard_at = time.monotonic()
        """When the line that is not whole yet began to come, and when anything came last."""


class ControlServer:
    """Serves one runner at a time; which one, *runner* says at each request."""

    def __init__(self, target: Path, runner: Callable[[], Runner]) -> None:
        """*target* is the folder of results by which others find the socket."""
        self._target = target
        self._runner = runner
        self._clients: dict[int, _Client] = {}
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self.path: Path | None = None
        """Where the socket is; None where there can be none."""

    def start(self) -> None:
        """Listen. Where there can be no socket, nobody can ask anything, and the run goes on all the same."""
        for path in socket_paths(self._target, os.getpid()):
            try:
                self._listening = _listening(path)
            except OSError:
                continue
            self.path = path
            break
        else:
            return
        self._selector = selectors.DefaultSelector()
        self._wake_reader, self._wake_writer = socket.socketpair()
        for each in (self._listening, self._wake_reader):
            self._selector.register(each, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Serve nobody any more: when this returns, nothing is being asked of the runner. Once more is harmless."""
        if self._thread is None or self.path is None:
            return
        self._is_closing = True
        self._wake_writer.send(b"x")
        self._thread.join()
        self._thread = None
        with suppress(OSError):
            self.path.unlink()
        for client in self._clients.values():
            client.connection.close()
        for each in (self._listening, self._wake_reader, self._wake_writer, self._selector):
            each.close()

    # The thread

    def _serve(self) -> None:
        while not self._is_closing:
            ready = self._selector.select(LOOK_EVERY_S)
            began = time.monotonic()
            for key, events in ready:
                if key.fileobj is self._listening:
                    self._accept(self._listening)
                elif key.fd in self._clients:
                    self._attend(self._clients[key.fd], events)
            for client in list(self._clients.values()):
                if client.received and began - client.since > UNFINISHED_S:
                    self._drop(client)
            if self._clients and ready and not self._is_closing:
                time.sleep(REST * min(LOOK_EVERY_S, time.monotonic() - began))

    def _accept(self, listening: socket.socket) -> None:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        connection.setblocking(False)
        if not is_of_this_user(connection):
            connection.close()
            return
        if len(self._clients) >= MOST_CLIENTS:
            self._drop(min(self._clients.values(), key=lambda client: client.heard_at))
        self._clients[connection.fileno()] = _Client(connection)
        self._selector.register(connection, selectors.EVENT_READ)

    def _attend(self, client: _Client, events: int) -> None:
        try:
            if events & selectors.EVENT_READ and not self._receive(client):
                self._drop(client)
                return
            self._send(client)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._drop(client)

    def _receive(self, client: _Client) -> bool:
        """Take in a piece, and answer the lines that are whole by it; whether the client is worth going on with."""
        data = client.connection.recv(PIECE)
        if not data:
            return False
        client.heard_at = time.monotonic()
        if not client.received:
            client.since = client.heard_at
        searched = len(client.received)
        client.received += data
        while (end := client.received.find(b"\n", searched)) >= 0:
            line = bytes(client.received[:end])
            del client.received[: end + 1]
            searched, client.since = 0, client.heard_at
            client.unread += answer_to(line, self._runner())
            if len(client.unread) > MOST_UNREAD:
                return False
        return len(client.received) <= MOST_BYTES

    def _send(self, client: _Client) -> None:
        if client.unread:
            with suppress(BlockingIOError):
                del client.unread[: client.connection.send(client.unread)]
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.unread else 0)
        self._selector.modify(client.connection, wanted)

    def _drop(self, client: _Client) -> None:
        self._clients.pop(client.connection.fileno(), None)
        with suppress(KeyError, ValueError):
            self._selector.unregister(client.connection)
        client.connection.close()


def _listening(path: Path) -> socket.socket:
    """A socket at that path, for this user only. Raises OSError."""
    make_private(path.parent)
    remove_stale(path.parent)
    path.unlink(missing_ok=True)  # of a process that had the same number, before this one
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(os.fspath(path))
        path.chmod(0o600)
        listening.listen(MOST_KNOCKING)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening
