"""The profiles of the queries of a run, as the run kept them."""

from __future__ import annotations

from seeknal_tui.pipeline.model import PathAction, SqlAction
from seeknal_tui.run.actions.query_profile import QueryProfile, read_profile
from seeknal_tui.run.events import Status
from seeknal_tui.run.results import Results
from seeknal_tui.run.state import RunState

MOST_READ = 40
"""Of the longest queries: reading one takes a millisecond, and what was short has held nobody up."""


def profiles_of(state: RunState) -> dict[int, QueryProfile]:
    """The profiles of the longest queries that succeeded in the current run, by the task's number."""
    pipeline = state.pipeline
    queries = [
        number
        for number, task in enumerate(pipeline.tasks)
        if isinstance(task.action, SqlAction | PathAction)
        and state.statuses[number] is Status.SUCCEEDED
        and state.attempts_of_run(number)
    ]
    results = Results.of(pipeline, state.run_id)
    found = {}
    for number in sorted(queries, key=lambda number: -state.running_s(number))[:MOST_READ]:
        profile = read_profile(results.profile_path(pipeline.tasks[number].name))
        if profile is not None:
            found[number] = profile
    return found
