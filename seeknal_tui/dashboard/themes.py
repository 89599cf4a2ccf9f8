"""The themes: one palette each, for the panes that paint themselves and, made from it, for Textual.

A theme has the name of its palette, so a pane finds its colours by the app's theme.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textual.app import App
from textual.screen import Screen
from textual.theme import Theme

from seeknal_tui.dashboard.look import DARK, Palette

LIGHT = Palette(
    background="#ffffff",
    surface="#e7ecf2",
    text="#1f2328",
    dim="#59636e",
    edge="#a3adb8",
    critical="#b35900",
    marked="#bf3989",
    pending="#6e7781",
    ready="#424a53",
    running="#0969da",
    succeeded="#1a7f37",
    failed="#cf222e",
    skipped="#6e7781",
    reused="#8250df",
    cancelled="#9a6700",
)
HIGH_CONTRAST = Palette(
    background="#000000",
    surface="#303030",
    text="#ffffff",
    dim="#d0d0d0",
    edge="#b0b0b0",
    critical="#ffd700",
    marked="#ff87ff",
    pending="#d0d0d0",
    ready="#ffffff",
    running="#00e5ff",
    succeeded="#5fff5f",
    failed="#ff8787",
    skipped="#c6c6c6",
    reused="#d7afff",
    cancelled="#ffaf00",
)
COLOUR_BLIND = Palette(
    background="#0d1017",
    surface="#1c222b",
    text="#e6edf3",
    dim="#8b949e",
    edge="#4b535d",
    critical="#f0e442",
    marked="#cc79a7",
    pending="#8b949e",
    ready="#c9d1d9",
    running="#56b4e9",
    succeeded="#009e73",
    failed="#e67a25",
    skipped="#8b949e",
    reused="#cc79a7",
    cancelled="#e69f00",
)
"""After Okabe and Ito, "Color Universal Design" (2008): told apart with every common kind of colour blindness."""
ANSI = Palette(
    background="black",
    surface="blue",
    text="bright_white",
    dim="white",
    edge="white",
    critical="bright_yellow",
    marked="bright_magenta",
    pending="white",
    ready="bright_white",
    running="bright_cyan",
    succeeded="bright_green",
    failed="bright_red",
    skipped="white",
    reused="magenta",
    cancelled="yellow",
)
"""The terminal's own 16 colours. The background is one of them too: what is written on a bar must be seen."""

ANSI_STYLES = {
    "ansi-background": "ansi_black",
    "ansi-foreground": "ansi_white",
    "border-blurred": "ansi_white",
    "block-cursor-foreground": "ansi_bright_white",
    "block-cursor-background": "ansi_blue",
    "input-cursor-background": "ansi_white",
    "input-cursor-foreground": "ansi_black",
    "input-cursor-text-style": "none",
    "input-selection-background": "ansi_blue",
    "input-selection-foreground": "ansi_bright_white",
    "screen-selection-background": "ansi_blue",
    "screen-selection-foreground": "ansi_bright_white",
}
"""What Textual's own widgets need to be told where colours cannot be mixed."""

STYLES = Path(__file__).parent / "styles.tcss"
"""The style sheet of every screen but the first."""

PALETTES: dict[str, Palette] = {
    "dark": DARK,
    "light": LIGHT,
    "high-contrast": HIGH_CONTRAST,
    "colour-blind": COLOUR_BLIND,
    "ansi": ANSI,
}


def textual_theme(name: str) -> Theme:
    """Textual's theme of a palette."""
    palette = PALETTES[name]
    return Theme(
        name=name,
        primary=_textual(palette.running),
        accent=_textual(palette.critical),
        warning=_textual(palette.cancelled),
        error=_textual(palette.failed),
        success=_textual(palette.succeeded),
        foreground=_textual(palette.text),
        background=_textual(palette.background),
        surface=_textual(palette.surface),
        panel=_textual(palette.surface),
        dark=palette is not LIGHT,
        ansi=palette is ANSI,
        variables={"edge": _textual(palette.edge), "dim": _textual(palette.dim)}
        | (ANSI_STYLES if palette is ANSI else {}),
    )


def _textual(colour: str) -> str:
    """A colour as Textual's styles name it."""
    return colour if colour.startswith("#") else f"ansi_{colour}"


def theme_of_terminal(environment: Mapping[str, str] = os.environ) -> str:
    """The theme for what the terminal can show: ``ansi`` where it has 16 colours or fewer, else ``dark``."""
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "dark"
    term = environment.get("TERM", "")
    return "dark" if "256color" in term or "direct" in term or "kitty" in term else "ansi"


def palette_of(app: App[Any]) -> Palette:
    """The palette of the app's theme."""
    return PALETTES.get(app.theme, DARK)


def paint(screen: Screen[Any]) -> None:
    """Give the palette of the app's theme to every pane of a screen that paints itself."""
    palette = palette_of(screen.app)
    for widget in screen.walk_children():
        if getattr(widget, "palette", palette) != palette:
            setattr(widget, "palette", palette)  # noqa: B010 - whatever has a palette takes another
            widget.refresh()
