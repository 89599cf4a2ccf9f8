"""Which environments there are: those that the file declares, and those that have results on the disk."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from seeknal_tui.environments.records import records_kept
from seeknal_tui.history.database import HistoryUnusable, database_path, reason
from seeknal_tui.history.past_runs import PastRuns, RunRecord
from seeknal_tui.history.records import forget_environment
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.pipeline.problems import listed, nearest_name, quote
from seeknal_tui.run.plan import NotRunnable
from seeknal_tui.run.results import PRIVATE, SUFFIX
from seeknal_tui.run.run_lock import AlreadyRunning, RunLock, running_owner

PRODUCTION = "production"


class Refused(NotRunnable):
    """What was asked for an environment cannot be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A folder of results, production's too."""

    name: str
    """Empty for production."""
    target: Path
    is_declared: bool
    """Whether the file still has it."""
    results: frozenset[str]
    """The tasks that have a result of their own in it."""
    bytes: int
    """Size of these results."""

    @property
    def exists(self) -> bool:
        """Whether there is a folder of it."""
        return self.target.is_dir()

    def __str__(self) -> str:
        """As a sentence names it."""
        return self.name or PRODUCTION


def production_of(pipeline: Pipeline) -> Environment:
    """What is outside of every environment."""
    return _environment("", pipeline.production_target, is_declared=True)


def environments_of(pipeline: Pipeline) -> list[Environment]:
    """Those of the file, in its order, then those that are only on the disk."""
    folder = pipeline.production_target / "environments"
    names = dict.fromkeys(pipeline.environments, True)
    for name in sorted(_folders_in(folder)):
        names.setdefault(name, False)
    return [_environment(name, folder / name, is_declared=declared) for name, declared in names.items()]


def latest_run(pipeline: Pipeline, environment: Environment) -> RunRecord | None:
    """The latest run in an environment that is remembered; None if there is none, or the history cannot be read."""
    try:
        file = pipeline.file.name if pipeline.file else None
        runs = PastRuns(pipeline.folder).runs(limit=1, environment=environment.name, file=file)
    except HistoryUnusable:
        return None
    return runs[0] if runs else None


def find_environment(pipeline: Pipeline, name: str) -> Environment:
    """The environment of that name. Raises Refused, with the nearest name."""
    known = {environment.name: environment for environment in environments_of(pipeline)}
    if name in known:
        return known[name]
    if name == PRODUCTION:
        raise Refused("production is no environment: it is what environments are compared with and promoted to")
    if not name:
        raise Refused("name the environment: seeknal-tui env list tells which there are")
    near = nearest_name(name, known)
    others = f"there is {listed(known)}" if known else "there is none; add environments: to the file"
    raise Refused(f"there is no environment {quote(name)}: " + (f"did you mean {near}?" if near else others))


def delete_environment(pipeline: Pipeline, environment: Environment) -> None:
    """Remove the folder of an environment, from under its name in one step. Raises Refused."""
    assert environment.name, "production is never removed"
    target, private = environment.target, pipeline.production_target / PRIVATE
    with undisturbed([environment]), records_kept(pipeline):
        try:
            forget_environment(pipeline, environment.name)
        except (HistoryUnusable, sqlite3.Error, OSError) as error:
            why = reason(error, database_path(pipeline.folder))
            raise Refused(f"{environment} is not removed: the history cannot be written: {why}") from error
        try:
            if target.is_symlink():
                target.unlink()
                return
            private.mkdir(parents=True, exist_ok=True)
            removed = private / f"removed-{secrets.token_hex(4)}"
            target.rename(removed)
            for rest in private.glob("removed-*"):  # also of one that was killed meanwhile
                shutil.rmtree(rest)
        except OSError as error:
            raise Refused(f"{environment} cannot be removed: {error.strerror or error} ({error.filename})") from error


@contextmanager
def undisturbed(environments: list[Environment]) -> Iterator[None]:
    """Have nothing run in these environments meanwhile. Raises Refused if something does."""
    with ExitStack() as held:
        for environment in environments:
            lock = RunLock(environment.target)
            try:
                lock.take("of seeknal-tui env", time.time())
            except AlreadyRunning as error:
                raise Refused(_running(environment, error.owner.run_id, error.owner.pid)) from None
            held.callback(lock.release)
        yield


def refuse_if_one_runs(environments: list[Environment]) -> None:
    """Raise Refused if something runs in one of these environments."""
    for environment in environments:
        owner = running_owner(environment.target)
        if owner is not None:
            raise Refused(_running(environment, owner.run_id, owner.pid))


def _running(environment: Environment, run_id: str, pid: int) -> str:
    return f"{environment} is being run (run {run_id} of process {pid}): wait until the run has ended, or stop it"


def _environment(name: str, target: Path, *, is_declared: bool) -> Environment:
    sizes: dict[str, int] = {}
    try:
        with os.scandir(target) as entries:
            for entry in entries:
                if entry.name.endswith(SUFFIX) and entry.is_file():
                    sizes[entry.name.removesuffix(SUFFIX)] = entry.stat().st_size
    except OSError:
        sizes.clear()
    return Environment(name, target, is_declared, frozenset(sizes), sum(sizes.values()))


def _folders_in(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir() if entry.is_dir() and entry.name != PRIVATE]
    except OSError:
        return []
