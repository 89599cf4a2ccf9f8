"""The user's config file, and the keys it gives."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from textual.binding import BindingsMap

from seeknal_tui.commands.common import THEMES
from seeknal_tui.config_path import VARIABLE, config_path
from seeknal_tui.dashboard.actions import ACTIONS, bindings
from seeknal_tui.dashboard.config import Config, Notice, load_config
from seeknal_tui.dashboard.config_file import config_schema
from seeknal_tui.dashboard.themes import PALETTES
from seeknal_tui.dashboard.user_keys import key_name, keymap, with_keys

FULL = """
keys:
  run_all: A
  pause: [P, f5]
  quit: "ctrl+x"
theme: light
notify: desktop
after: 2m
mouse: false
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.yml"
    monkeypatch.setenv(VARIABLE, str(path))
    return path


def said(file: Path, text: str) -> list[str]:
    file.write_text(text)
    return [str(problem).removeprefix(f"{file}:") for problem in load_config()[1]]


class TestReading:
    def test_everything_can_be_said(self, file: Path) -> None:
        file.write_text(FULL)
        keys = {"run_all": ("A",), "pause": ("P", "f5"), "quit": ("ctrl+x",)}
        assert load_config() == (Config(keys, "light", Notice.DESKTOP, 120.0, mouse=False), ())

    @pytest.mark.parametrize("text", ["", "# nothing", "keys:"])
    def test_an_empty_file_changes_nothing(self, file: Path, text: str) -> None:
        file.write_text(text)
        assert load_config() == (Config(), ())

    def test_off_needs_no_quotes(self, file: Path) -> None:
        assert said(file, "notify: off") == []

    def test_without_a_file_there_is_nothing_to_tell(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv(VARIABLE, raising=False)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        assert config_path() == tmp_path / "seeknal-tui" / "config.yml"
        assert load_config() == (Config(), ())

    def test_a_file_that_is_named_must_be_there(self, file: Path) -> None:
        assert "there is no such file" in str(load_config()[1][0])


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("theem: dark", '1:1: error: the config file has no key "theem": did you mean theme?'),
            ("name: x", '1:1: error: the config file has no key "name"'),
            ("theme: drak", "did you mean dark?"),
            ("keys: {run_al: A}", '1:8: error: there is no action "run_al": did you mean run_all?'),
            ("keys: {run_all: contrl+a}", "1:17: error: the key of run_all must be a key, such as A"),
            ("keys: {run_all: A, quit: A}", '1:26: error: the key "A" is already given to run_all'),
            ("notify: loudly", "notify must be bell, desktop or off"),
            ("after: soon", "after must be a duration"),
            ("mouse: 1", "mouse must be true or false"),
            ("- keys", "must be a mapping"),
            ("theme: [", "this is not YAML"),
        ],
    )
    def test_it_is_told_with_its_place(self, file: Path, text: str, message: str) -> None:
        [told] = said(file, text)
        assert message in told

    def test_the_rest_holds_all_the_same(self, file: Path) -> None:
        file.write_text("theme: light\nmouse: perhaps\nkeys: {run_all: A, quit: no such key}\n")
        config, problems = load_config()
        assert config == Config({"run_all": ("A",)}, "light")
        assert len(problems) == 2


class TestKeys:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("A", "A"),
            ("?", "question_mark"),
            (",", "comma"),
            ("+", "plus"),
            ("é", "é"),
            ("f5", "f5"),
            ("space", "space"),
            ("ctrl+g", "ctrl+g"),
            ("question_mark", "question_mark"),
            ("", None),
            ("ctlr+g", None),
            ("no such key", None),
        ],
    )
    def test_keys_are_written_as_they_are_read(self, written: str, name: str | None) -> None:
        assert key_name(written) == name

    def test_help_and_footer_show_the_users_key_and_not_a_key_that_was_taken(self) -> None:
        table = {action.name: action for action in with_keys(ACTIONS, {"run_all": ("r",), "pause": ("P", "f5")})}
        assert table["run_all"].shown == "r"
        assert table["pause"].shown == "P f5"
        assert table["run_chosen"].shown == "none"
        assert table["stop_task"].shown == "x"

    def test_actions_may_change_their_keys(self) -> None:
        keys = {"run_all": ("r",), "run_chosen": ("a",)}
        bound = BindingsMap(bindings())
        bound.apply_keymap(keymap(with_keys(ACTIONS, keys), keys))
        assert [binding.action for binding in bound.key_to_bindings["r"]] == ["run_all"]
        assert [binding.action for binding in bound.key_to_bindings["a"]] == ["run_chosen"]


class TestSchema:
    def test_it_takes_what_is_read(self) -> None:
        schema = config_schema()
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        assert validator.is_valid(yaml.safe_load(FULL))
        assert validator.is_valid({"notify": False})
        assert not validator.is_valid({"theem": "dark"})
        assert not validator.is_valid({"keys": {"run_al": "A"}})

    def test_it_describes_every_action(self) -> None:
        described = config_schema()["properties"]["keys"]["properties"]
        assert {name: key["description"] for name, key in described.items()} == {a.name: a.help for a in ACTIONS}


def test_the_command_line_knows_the_themes() -> None:
    assert tuple(PALETTES) == THEMES
