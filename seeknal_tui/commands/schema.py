"""``seeknal-tui schema``: the JSON Schemas of the files that a user writes."""

from __future__ import annotations

import json

import click


@click.command("schema")
@click.option("--config", "of_config", is_flag=True, help="The schema of your config file instead.")
def command(*, of_config: bool) -> None:
    """Print the JSON Schema of the pipeline file, with which editors complete and check it."""
    if of_config:
        from seeknal_tui.dashboard.config_file import config_schema  # noqa: PLC0415 - Textual is slow to import

        click.echo(json.dumps(config_schema(), indent=2, ensure_ascii=False))
    else:
        from seeknal_tui.pipeline.json_schema import pipeline_schema  # noqa: PLC0415 - only needed here

        click.echo(json.dumps(pipeline_schema(), indent=2, ensure_ascii=False))
