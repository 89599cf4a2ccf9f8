"""``seeknal-tui env``: the environments of a pipeline."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seeknal_tui.commands.common import fail, find_file, json_option, load_pipeline, path_argument
from seeknal_tui.pipeline.durations import format_date
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.pipeline.problems import listed
from seeknal_tui.pipeline.sizes import format_bytes
from seeknal_tui.safe_text import one_line

if TYPE_CHECKING:
    from seeknal_tui.environments.difference import ColumnDifference, TableDifference
    from seeknal_tui.environments.folders import Environment
    from seeknal_tui.history.past_runs import RunRecord

DIFFERENT = 1
name_argument = click.argument("name", default="")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


@click.group("env")
def command() -> None:
    """Environments: list them, compare one with production, promote it, delete it.

    NAME is the environment's; PATH is the pipeline file, or the folder it is in (without it, the current one).
    """
