"""What the user is told of the record of runs: that one was interrupted, or that this one is not being recorded."""

from __future__ import annotations

import time

from seeknal_tui.dashboard.editing import EditingApp
from seeknal_tui.pipeline.model import Pipeline

TOLD_FOR_S = 20.0


class RecordingApp(EditingApp):
    """An app that says what became of the record of runs."""

    _problem_told = ""

    def tell_problem(self) -> None:
        """Say once why what runs is not being recorded."""
        problem = "" if self.session is None else self.session.engine.problem
        if problem and problem != self._problem_told:
            words = f"this run is not being recorded: {problem}"
            self.notify(words, title="history", severity="warning", markup=False, timeout=TOLD_FOR_S)
        self._problem_told = problem

    def offer_resume(self, pipeline: Pipeline) -> None:
        """Say that the latest run was interrupted, if it was, and how to go on."""
        from seeknal_tui.history.past_runs import HistoryUnusable, PastRuns  # noqa: PLC0415
        from seeknal_tui.run.events import RunStatus  # noqa: PLC0415

        file = pipeline.file.name if pipeline.file else ""
        try:
            runs = PastRuns(pipeline.folder).runs(1, pipeline.environment, file)
        except HistoryUnusable as error:
            self.notify(str(error), title="history", severity="warning", markup=False, timeout=TOLD_FOR_S)
            return
        if runs and runs[0].status is RunStatus.INTERRUPTED:
            began = time.strftime("%H:%M", time.localtime(runs[0].started_at))
            key = next(action.shown for action in self.actions if action.name == "resume")
            words = f"the run {runs[0].run_id}, begun at {began}, was interrupted: {key} runs what had not succeeded"
            self.notify(words, severity="warning", markup=False, timeout=TOLD_FOR_S)
