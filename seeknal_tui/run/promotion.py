"""Many results replaced in one step: all of them or none, whenever the process ends, and back again if that is wanted.

::

    target/.seeknal_tui/
      promotion.lock            locked by who replaces
      promotion.json            is there from the step that decides until every file is in its place
      promotion-ID/             a replacement that is being prepared or put in place
        manifest.json           which files it is about, and what all results are when it is done
        new/TASK.parquet        what is put in place
        old/TASK.parquet        what was there before
      promotion/                the latest one, kept for going back; whoever promotes may keep a file of their own there

Everything is prepared in a folder that nobody reads: hard links, which take no room and no time. The step that decides
is the renaming of ``promotion.json``. Before it nothing has happened; after it, whoever comes next ends the work
(:func:`settle`). Each file is put in its place by a rename, and doing that twice does no harm.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seeknal_tui.run.plan import NotRunnable
from seeknal_tui.run.results import PRIVATE, SUFFIX

INTENT, KEPT, MANIFEST = "promotion.json", "promotion", "manifest.json"
NEW, OLD = "new", "old"


class PromotionError(NotRunnable):
    """Results cannot be replaced, or a replacement that was begun cannot be ended; the message says why."""


@dataclass(frozen=True, slots=True)
class Promoted:
    """The latest replacement of results."""

    environment: str
    """Where the results came from."""
    at: float
    """Seconds since 1970."""
    tasks: tuple[str, ...]
    changed_since: tuple[str, ...]
    """The tasks whose results are others since, so that going back would mix what does not belong together."""


def promote_results(target: Path, sources: Mapping[str, Path], environment: str) -> None:
    """Put the file of each task of *sources* in the place of its result in *target*: of all tasks, or of none.

    The former results are kept until the next call, for :func:`undo_promotion`. Raises PromotionError.
    """
    private = target / PRIVATE
    with _locked(target):
        _settle(private)
        stage = private / f"{KEPT}-{secrets.token_hex(4)}"
        try:
            _prepare(target, stage, sources, environment)
            _write(private / INTENT, {"folder": stage.name, "put": NEW})
        except OSError as error:
            shutil.rmtree(stage, ignore_errors=True)
            raise PromotionError(f"nothing was changed: {_reason(error)}") from error
        try:
            _settle(private)
        except OSError as error:
            _go_back(private, stage, error)


def undo_promotion(target: Path) -> None:
    """Put back what the latest promotion has replaced. Raises PromotionError; also if there is none."""
    private = target / PRIVATE
    with _locked(target):
        _settle(private)
        if latest_promotion(target) is None:
            raise PromotionError("there is no promotion to undo")
        try:
            _write(private / INTENT, {"folder": KEPT, "put": OLD})
        except OSError as error:
            raise PromotionError(f"nothing was changed: {_reason(error)}") from error
        _settle(private)


def latest_promotion(target: Path) -> Promoted | None:
    """The latest promotion that can be undone; None if there was none, or it was undone."""
    manifest = _read(target / PRIVATE / KEPT / MANIFEST)
    if manifest is None:
        return None
    after, now = manifest["after"], _identities(target)
    changed = sorted(name for name in {*after, *now} if after.get(name) != now.get(name))
    return Promoted(
        environment=manifest["environment"],
        at=manifest["at"],
        tasks=tuple(map(_task, manifest["files"])),
        changed_since=tuple(map(_task, changed)),
    )


def settle(target: Path) -> None:
    """End a promotion whose process was killed in the middle; to be called before results are read or written.

    Waits for one that goes on. Costs one look at the disk where there is none. Raises PromotionError.
    """
    if os.path.exists(target / PRIVATE / INTENT):
        with _locked(target):
            try:
                _settle(target / PRIVATE)
            except OSError as error:
                raise PromotionError(
                    f"a promotion was interrupted and cannot be ended: {_reason(error)}; some of the results in "
                    f"{target} are new and some old until it is: try again"
                ) from error


# The steps. Each may be the last one of a process that is killed.


def _prepare(target: Path, stage: Path, sources: Mapping[str, Path], environment: str) -> None:
    after = _identities(target)
    for folder in (stage / NEW, stage / OLD):
        folder.mkdir(parents=True)
    for name, source in sources.items():
        file = f"{name}{SUFFIX}"
        _link(source, stage / NEW / file)
        _sync(stage / NEW / file)
        after[file] = _identity(stage / NEW / file)
        if (target / file).exists():
            _link(target / file, stage / OLD / file)
    manifest = {
        "environment": environment,
        "at": time.time(),
        "files": [f"{name}{SUFFIX}" for name in sources],
        "after": after,
    }
    _write(stage / MANIFEST, manifest)
    for folder in (stage / NEW, stage / OLD, stage):
        _sync(folder)


def _settle(private: Path) -> None:
    """Do what ``promotion.json`` says, if it is there. Raises OSError."""
    intent = _read(private / INTENT)
    if intent is not None:
        stage = private / intent["folder"]
        manifest = _read(stage / MANIFEST)
        if manifest is not None:
            for file in manifest["files"]:
                _put(stage / intent["put"] / file, private.parent / file, stage / "moving")
            _sync(private.parent)
            if intent["put"] == NEW:
                shutil.rmtree(private / KEPT, ignore_errors=True)
                stage.replace(private / KEPT)
            else:
                (stage / MANIFEST).unlink()
        if intent["put"] == OLD:
            shutil.rmtree(stage, ignore_errors=True)
        shutil.rmtree(private / KEPT / NEW, ignore_errors=True)
        (private / INTENT).unlink(missing_ok=True)
        _sync(private)
    for rest in private.glob(f"{KEPT}-*"):
        shutil.rmtree(rest, ignore_errors=True)


def _put(source: Path, destination: Path, moving: Path) -> None:
    """Put a file in its place, in one step, so that it is still at its source; no file if there is none."""
    if not source.exists():
        destination.unlink(missing_ok=True)
        return
    moving.unlink(missing_ok=True)
    _link(source, moving)
    moving.replace(destination)
    moving.unlink(missing_ok=True)  # a rename does nothing where both names are of the same file already


def _go_back(private: Path, stage: Path, error: OSError) -> None:
    """Something was in the way when files were put in their places: put the old ones back."""
    if not stage.exists():
        return  # all were; only our own file is left, which the next one who comes removes
    try:
        _write(private / INTENT, {"folder": stage.name, "put": OLD})
        _settle(private)
    except OSError as second:
        raise PromotionError(
            f"only a part was done when this happened: {_reason(error)}; it cannot be undone now either: "
            f"{_reason(second)}. Make room or mend the folder, and run any command on the pipeline: it ends the work"
        ) from second
    raise PromotionError(f"nothing was changed: {_reason(error)}") from error


# Files


def _link(source: Path, destination: Path) -> None:
    try:
        os.link(source, destination)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, destination)


def _identities(target: Path) -> dict[str, list[int]]:
    return {file.name: _identity(file) for file in target.glob(f"*{SUFFIX}") if file.is_file()}


def _identity(file: Path) -> list[int]:
    status = file.stat()
    return [status.st_mtime_ns, status.st_size]


def _task(file: str) -> str:
    return file.removesuffix(SUFFIX)


def _read(file: Path) -> Any:
    """What a file of ours says; None if it is not there."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise OSError(None, "the file is damaged", str(file)) from error


def _write(file: Path, content: object) -> None:
    """Write a file of ours in one step, so that it is there as a whole, whatever happens."""
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    _sync(unfinished)
    unfinished.replace(file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    """Have a file or folder on the disk itself before what follows."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Wait until no other process replaces results there. The file is never removed, so that all lock the same one."""
    try:
        (target / PRIVATE).mkdir(parents=True, exist_ok=True)
        descriptor = os.open(target / PRIVATE / "promotion.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise PromotionError(f"nothing was changed: {_reason(error)}") from error
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _reason(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}"
