"""Leaving the terminal to the user's editor, and coming back."""

from __future__ import annotations

import asyncio
import subprocess

from textual.app import SuspendNotSupported

from seeknal_tui.dashboard.editor import NoEditor, editor_command
from seeknal_tui.dashboard.ending import EndingApp
from seeknal_tui.dashboard.messages import DefinitionOpened


class EditingApp(EndingApp):
    """An app that opens the user's editor where a task is defined."""

    def edited(self) -> None:
        """The user comes back from the editor."""
        raise NotImplementedError

    async def on_definition_opened(self, message: DefinitionOpened) -> None:
        """Open the user's editor there, and read the file again if it was changed."""
        file, line = message.file, message.line
        try:
            command = editor_command(file, line)
            with self.suspend():
                self.ignores_interrupt = True
                code = subprocess.run(command, check=False).returncode
        except (NoEditor, OSError) as problem:
            self.notify(str(problem), severity="warning", markup=False)
            return
        except SuspendNotSupported:
            words = f"the dashboard cannot leave this terminal to an editor: edit {file} elsewhere, line {line}"
            self.notify(words, severity="warning", markup=False)
            return
        finally:
            # What was pressed in the editor is no signal for the dashboard; the loop learns of it only now.
            for _ in range(3):
                await asyncio.sleep(0)
            self.ignores_interrupt = False
        self.refresh()
        if code:
            self.notify(f"{command[0]} ended with exit code {code}", severity="warning", markup=False)
        self.edited()
