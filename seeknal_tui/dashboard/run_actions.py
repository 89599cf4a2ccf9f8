"""What the user can do with runs and tasks from the main screen."""

from __future__ import annotations

from functools import partial

from seeknal_tui.dashboard.engine import NotPossible
from seeknal_tui.dashboard.quit_dialog import StopDialog
from seeknal_tui.dashboard.rerun_dialog import RerunDialog
from seeknal_tui.dashboard.reruns import Proposal, Scope
from seeknal_tui.dashboard.selection_prompt import SelectionPrompt
from seeknal_tui.dashboard.session_screen import SessionScreen
from seeknal_tui.history.changes import Changes
from seeknal_tui.pipeline.problems import listed
from seeknal_tui.run.plan import RerunPlan

SOON_S = 0.5
"""After so long, a task that was asked to end and has not is worth a word."""
SHOWN_AFTER_S = 0.01
"""A run that begins is shown so much later: with 10,000 tasks both take long, and a key that comes is heard between."""


class RunActions(SessionScreen):
    """The actions that run and stop tasks."""

    # Running

    def action_run_chosen(self) -> None:
        """Run the marked tasks, or the one under the cursor."""
        self._propose(Scope.CHOSEN)

    def action_run_downstream(self) -> None:
        """The same, and everything downstream."""
        self._propose(Scope.DOWNSTREAM)

    def action_run_upstream(self) -> None:
        """The same, with what they need upstream."""
        self._propose(Scope.UPSTREAM)

    def action_run_failed(self) -> None:
        """Run what failed."""
        self._propose(Scope.FAILED)

    def action_run_all(self) -> None:
        """Run everything."""
        self._propose(Scope.ALL)

    def action_run_selection(self) -> None:
        """Type which tasks to run, as an expression."""
        self.app.push_screen(SelectionPrompt(self.session), self.ask)

    def action_resume(self) -> None:
        """Run what had not succeeded in the latest run."""
        try:
            self.ask(self.session.propose_resume())
        except NotPossible as reason:
            self.tell(reason, severity="warning")

    def _propose(self, scope: Scope) -> None:
        try:
            self.ask(self.session.propose(scope))
        except NotPossible as reason:
            self.tell(reason, severity="warning")

    def ask(self, proposal: Proposal | None, changes: Changes | None = None) -> None:
        """Show what was proposed, and run it if that is wanted. *changes* are those that were just found, if any."""
        if proposal is None:
            return

        def decided(run: bool | None) -> None:
            if run:
                self.begin(proposal.plan)

        dialog = RerunDialog(proposal, self.session.pipeline, self.session.engine.max_parallel, changes)
        self.app.push_screen(dialog, decided)

    def begin(self, plan: RerunPlan) -> None:
        """Run that, or say why it cannot be."""
        try:
            self.session.start(plan)
        except NotPossible as reason:
            self.tell(reason, severity="warning")
        self.marks_changed()
        self.set_timer(SHOWN_AFTER_S, self.session_changed)

    def action_mark(self) -> None:
        """Mark the task under the cursor, or take its mark away."""
        self.session.marked ^= {self.session.selected}
        self.marks_changed()

    # Stopping and slots

    def action_stop_task(self) -> None:
        """Stop the task under the cursor."""
        self._stop(kill=False)

    def action_kill_task(self) -> None:
        """Kill it."""
        self._stop(kill=True)

    def _stop(self, *, kill: bool) -> None:
        session, number = self.session, self.session.selected
        behind = session.waiting_behind(number)
        try:
            session.stop(number, kill=kill)
        except NotPossible as reason:
            self.tell(reason, severity="warning")
        else:
            if behind:
                name = session.pipeline.tasks[number].name
                who = "1 task that needs it is" if len(behind) == 1 else f"{len(behind):,} tasks that need it are"
                self.tell(f"{name} is stopped, and {who} skipped: {listed(behind, 3)}. U runs them later")
            self.set_timer(SOON_S, partial(self._tell_if_it_still_runs, number, kill=kill))
        self.session_changed()

    def _tell_if_it_still_runs(self, number: int, *, kill: bool) -> None:
        if not kill and number in self.session.state.running:
            name = self.session.pipeline.tasks[number].name
            self.tell(f"{name} was asked to end and has 5 s for it; X kills it")

    def action_stop_run(self) -> None:
        """Stop all that runs and waits, if that is meant."""
        try:
            self.session.require_run()
        except NotPossible as reason:
            self.tell(reason, severity="warning")
        else:
            self.app.push_screen(StopDialog(self.session), self._stop_decided)

    def _stop_decided(self, stop: bool | None) -> None:
        if stop:
            try:
                self.session.engine.stop_all(kill=False)
            except NotPossible as reason:
                self.tell(reason, severity="warning")
            self.session_changed()

    def action_pause(self) -> None:
        """Pause the run, or go on."""
        try:
            self.session.toggle_pause()
        except NotPossible as reason:
            self.tell(reason, severity="warning")
        self.session_changed()

    def action_more_parallel(self) -> None:
        """One more slot."""
        self._change_max_parallel(1)

    def action_less_parallel(self) -> None:
        """One slot less."""
        self._change_max_parallel(-1)

    def _change_max_parallel(self, by: int) -> None:
        self.set_max_parallel(self.session.engine.max_parallel + by)

    def set_max_parallel(self, value: int) -> None:
        """So many slots, or say why there cannot be."""
        try:
            self.session.set_max_parallel(value)
        except NotPossible as reason:
            self.tell(reason, severity="warning")
        self.session_changed()
