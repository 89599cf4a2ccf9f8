"""Which command opens the user's editor."""

from __future__ import annotations

import pytest

from seeknal_tui.dashboard.editor import NoEditor, editor_command


def there(name: str) -> str:
    return f"/usr/bin/{name}"


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({}, ["vi", "+42", "a b.yml"]),
        ({"EDITOR": "nano"}, ["nano", "+42", "a b.yml"]),
        ({"EDITOR": "nano", "VISUAL": "emacs -nw"}, ["emacs", "-nw", "+42", "a b.yml"]),
        ({"VISUAL": "", "EDITOR": "nano"}, ["nano", "+42", "a b.yml"]),
        ({"EDITOR": "code"}, ["code", "-w", "-g", "a b.yml:42"]),
        ({"EDITOR": "/opt/bin/code --wait"}, ["/opt/bin/code", "--wait", "-g", "a b.yml:42"]),
        ({"EDITOR": "'/my editors/hx'"}, ["/my editors/hx", "a b.yml:42"]),
    ],
)
def test_it_opens_at_the_line(environment: dict[str, str], command: list[str]) -> None:
    assert editor_command("a b.yml", 42, environment, there) == command


@pytest.mark.parametrize("environment", [{"EDITOR": "no_such"}, {"EDITOR": "'open quote"}, {}])
def test_without_an_editor_it_is_said_what_to_set(environment: dict[str, str]) -> None:
    with pytest.raises(NoEditor, match="set VISUAL or EDITOR to your editor, as in export EDITOR=nano"):
        editor_command("a.yml", 1, environment, lambda _: None)
