"""Themes, colours or none, the user's keys, the mouse, and the notice at the end of a long run."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.style import Style

from seeknal_tui.dashboard.config import Config, Notice
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.pane_help import keys_of_pane
from seeknal_tui.dashboard.themes import ANSI, LIGHT, PALETTES, palette_of, theme_of_terminal
from seeknal_tui.run.events import Status
from tests.dashboard.driving import Driver, opened

PIPELINE = """
tasks:
  - {name: first, command: echo one}
  - {name: second, sleep: 10ms, depends_on: [first]}
  - {name: wrong, command: exit 3}
"""
SIZES = [(200, 50), (80, 24), (40, 10)]


def styles_of(driver: Driver) -> set[Style]:
    strips = driver.app.screen._compositor.render_strips()
    return {segment.style for strip in strips for segment in strip if segment.style is not None}


def colours_of(driver: Driver) -> set[str]:
    colours = [colour for style in styles_of(driver) for colour in (style.color, style.bgcolor)]
    return {colour.name for colour in colours if colour is not None and not colour.is_default}


def written_to(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written to the terminal from now on."""
    written: list[str] = []
    monkeypatch.setattr(driver.app._driver, "write", written.append)
    monkeypatch.setattr(driver.app, "bell", lambda: written.append("\x07"))  # Textual rings none under a pilot
    return written


def notices(written: list[str]) -> list[str]:
    return [text for text in written if text == "\x07" or text.startswith("\x1b]9;")]


class TestThemes:
    @pytest.mark.parametrize("name", PALETTES)
    async def test_every_pane_takes_its_colours(self, tmp_path: Path, name: str) -> None:
        async with opened(tmp_path, PIPELINE, theme=name) as driver:
            painted = [widget for widget in driver.main.walk_children() if hasattr(widget, "palette")]
            assert len(painted) > 6
            assert all(widget.palette == PALETTES[name] for widget in painted)

    async def test_it_changes_at_once_also_in_what_was_written_before(self, tmp_path: Path) -> None:
        async with opened(tmp_path, PIPELINE, size=(200, 50)) as driver:
            await driver.run_all()
            assert DARK.background in colours_of(driver)
            await driver.app.run_action("theme('light')")
            await driver.wait(lambda: not colours_of(driver) & {DARK.background, DARK.text, DARK.succeeded, DARK.dim})
            assert {LIGHT.background, LIGHT.text, LIGHT.succeeded} <= colours_of(driver)

    async def test_it_is_found_in_the_palette_of_actions(self, tmp_path: Path) -> None:
        async with opened(tmp_path, PIPELINE) as driver:
            await driver.press(":")
            await driver.press(*"theme light")
            await driver.see("theme: light")
            await driver.press("enter")
            await driver.wait(lambda: palette_of(driver.app) == LIGHT)

    @pytest.mark.parametrize("size", SIZES)
    async def test_the_terminals_own_colours_are_the_only_ones(self, tmp_path: Path, size: tuple[int, int]) -> None:
        async with opened(tmp_path, PIPELINE, size=size, theme="ansi") as driver:
            await driver.run_all()
            for keys in (["1"], ["2"], ["3"], ["?"], ["escape", "a"]):
                await driver.press(*keys)
                assert not [colour for colour in colours_of(driver) if colour.startswith("#")]
            assert palette_of(driver.app) == ANSI

    @pytest.mark.parametrize(
        ("environment", "theme"),
        [
            ({"TERM": "xterm-256color"}, "dark"),
            ({"TERM": "xterm", "COLORTERM": "truecolor"}, "dark"),
            ({"TERM": "tmux-256color"}, "dark"),
            ({"TERM": "xterm-kitty"}, "dark"),
            ({"TERM": "linux"}, "ansi"),
            ({"TERM": "xterm"}, "ansi"),
            ({}, "ansi"),
        ],
    )
    def test_where_there_are_but_16_colours_they_are_used(self, environment: dict[str, str], theme: str) -> None:
        assert theme_of_terminal(environment) == theme


class TestNoColour:
    @pytest.mark.parametrize("size", SIZES)
    async def test_nothing_has_a_colour_and_everything_is_told(
        self, tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        async with opened(tmp_path, PIPELINE, size=size) as driver:
            await driver.run_all()
            await driver.select("wrong")
            await driver.see("✗", "wrong", "▸")
            for keys in (["1"], ["2"], ["3"], ["?"], ["escape", "a"]):
                await driver.press(*keys)
                assert colours_of(driver) == set()


class TestKeys:
    async def test_the_users_key_does_it_and_help_and_footer_tell_it(self, tmp_path: Path) -> None:
        async with opened(tmp_path, PIPELINE, config=Config({"run_all": ("A",)})) as driver:
            await driver.see("A all")
            await driver.press("a")
            assert driver.app.screen is driver.main
            await driver.press("A", "enter")
            await driver.idle()
            assert driver.status("second") is Status.SUCCEEDED

    async def test_the_help_begins_with_the_pane_that_has_the_focus(self, tmp_path: Path) -> None:
        async with opened(tmp_path, PIPELINE) as driver:
            for key, title in (("1", "The graph"), ("2", "The timeline"), ("3", "Details")):
                await driver.press(key, "question_mark")
                await driver.see("Help")
                lines = [line for line in driver.screen_text.splitlines() if "Help" in line or title in line]
                assert title in lines[1]
                await driver.press("escape")

    async def test_the_footer_begins_with_the_keys_of_the_focused_pane(self, tmp_path: Path) -> None:
        async with opened(tmp_path, PIPELINE) as driver:
            await driver.press("2")
            await driver.wait(lambda: "s sort" in driver.screen_text.splitlines()[-1][:40])
            await driver.press("3")
            await driver.wait(lambda: "e edit" in driver.screen_text.splitlines()[-1][:40])

    async def test_the_footer_tells_the_keys_of_the_slider(self, tmp_path: Path) -> None:
        async with opened(tmp_path, PIPELINE) as driver:
            await driver.press("3", "tab")
            await driver.wait(lambda: driver.screen_text.splitlines()[-1].startswith(" 0-9 a number  ← fewer  → more "))
            await driver.press("1", "2", "enter")
            assert driver.session.engine.max_parallel == 12

    @pytest.mark.parametrize("keys", [["1"], ["2"], ["3"], ["L"], ["3", "left_square_bracket"], ["3", "tab"]])
    async def test_the_help_has_words_for_every_key_of_a_pane(self, tmp_path: Path, keys: list[str]) -> None:
        async with opened(tmp_path, PIPELINE) as driver:
            await driver.press(*keys)
            known = keys_of_pane(driver.main, driver.main.focused)
            assert known
            assert [action.help for action in known if action.help[0].isupper()] == []  # as those of Textual are

    async def test_while_something_is_typed_the_footer_has_no_key_that_would_be_a_letter(self, tmp_path: Path) -> None:
        async with opened(tmp_path, PIPELINE) as driver:
            await driver.press("slash")
            await driver.wait(lambda: driver.screen_text.splitlines()[-1].split() == ["enter", "keep", "esc", "clear"])
            await driver.press("escape", "L", "slash")
            words = ["enter", "search", "^r", "expression", "^t", "capitals", "esc", "end"]
            await driver.wait(lambda: driver.screen_text.splitlines()[-1].split() == words)
            await driver.press("escape")
            await driver.wait(lambda: "? help" in driver.screen_text.splitlines()[-1])

    async def test_without_a_terminal_of_its_own_e_says_so(self, tmp_path: Path) -> None:
        async with opened(tmp_path, PIPELINE) as driver:
            driver.app.clear_notifications()
            await driver.press("e")
            await driver.wait(lambda: [one for one in driver.app._notifications if "edit" in one.message.lower()])


class TestMouse:
    async def test_it_is_given_to_the_terminal_and_taken_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with opened(tmp_path, PIPELINE) as driver:
            await driver.press("M")
            await driver.see("the terminal has the mouse")
            assert not driver.app.has_mouse
            await driver.press("M")
            await driver.see("the dashboard has the mouse")

    async def test_the_key_works_on_every_screen(self, tmp_path: Path) -> None:
        async with opened(tmp_path, "tasks: [{nmae: x}]") as driver:
            await driver.see("cannot be run")
            await driver.press("M")
            assert not driver.app.has_mouse
        async with opened(tmp_path, PIPELINE) as driver:
            for key in ("H", "b"):
                await driver.press(key)
                await driver.press("M")
                assert driver.app.has_mouse is (key == "b")
                await driver.press("escape")


class TestEndOfALongRun:
    @pytest.mark.parametrize(
        ("config", "told"),
        [
            (Config(notify=Notice.DESKTOP, after=0.0), "\x1b]9;pipeline failed"),
            (Config(notify=Notice.BELL, after=0.0), "\x07"),
        ],
    )
    async def test_it_is_told_when_that_was_asked_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Config, told: str
    ) -> None:
        monkeypatch.delenv("TMUX", raising=False)
        async with opened(tmp_path, PIPELINE, config=config) as driver:
            written = written_to(driver, monkeypatch)
            await driver.run_all()
            await driver.wait(lambda: any(text.startswith(told) for text in notices(written)))

    @pytest.mark.parametrize("inside", ["", "/tmp/tmux-0/default,1,0"])
    async def test_tmux_is_asked_to_pass_it_on_harmless_as_it_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str
    ) -> None:
        monkeypatch.setenv("TMUX", inside)
        async with opened(tmp_path, PIPELINE, config=Config(notify=Notice.DESKTOP, after=0.0)) as driver:
            written = written_to(driver, monkeypatch)
            driver.app.tell_end("an \x1b]52;c;evil\x07\x1b\\ name failed", 1.0)
            told = "\x1b]9;an ␛]52;c;evil␇␛\\ name failed\x07"
            passed_on = f"\x1bPtmux;{told.replace(chr(27), chr(27) * 2)}\x1b\\"
            assert [text for text in written if "evil" in text] == [passed_on if inside else told]

    @pytest.mark.parametrize("config", [Config(), Config(notify=Notice.BELL, after=3600.0)])
    async def test_a_short_run_ends_silently(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Config
    ) -> None:
        async with opened(tmp_path, PIPELINE, config=config) as driver:
            written = written_to(driver, monkeypatch)
            await driver.run_all()
            driver.app.tell_end("pipeline failed", 30.0)
            await driver.pilot.pause()
            assert notices(written) == []


async def test_what_is_wrong_with_the_config_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seeknal_tui.config_path import VARIABLE
    from seeknal_tui.dashboard.config import load_config

    file = tmp_path / "config.yml"
    file.write_text("theem: dark")
    monkeypatch.setenv(VARIABLE, str(file))
    config, problems = load_config()
    async with opened(tmp_path, PIPELINE, size=(200, 50), config=config, config_problems=problems) as driver:
        await driver.see("did you mean theme?")
