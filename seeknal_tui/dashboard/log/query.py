"""What is searched for in a log. Pure."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, replace

ERROR_LIKE = (
    r"Traceback \(most recent call last\)|(Error|Exception)\b|\b(ERROR|FAILED|FAILURE|FATAL|CRITICAL)\b"
    r"|^(error|fatal|panic|failed)\b|\b(error|fatal|panic)(\[\w+\])?:|[Ss]egmentation fault|[Cc]ore dumped"
)

ERROR_HINT = "rror|xception|Traceback|ERROR|FAIL|FATAL|CRITICAL|fatal|panic|failed|egmentation fault|ore dumped"


class BadQuery(Exception):  # noqa: N818 - named as the user reads it
    """What was typed is no regular expression; the message says why."""


@dataclass(frozen=True, slots=True)
class Query:
    """Text, or a regular expression of Python."""

    text: str
    is_expression: bool = False
    heeds_case: bool | None = None
    """None: when a capital is typed."""
    name: str = ""
    """How it is called where it is not the user who wrote it."""
    known_hint: str = ""

    @property
    def is_case_heeded(self) -> bool:
        """Whether capitals and small letters are told apart."""
        if self.heeds_case is not None:
            return self.heeds_case
        letters = re.sub(r"\\.", "", self.text) if self.is_expression else self.text  # \S is no capital
        return letters != letters.lower()

    @property
    def hint(self) -> str:
        """An expression found fast, and in every line in which the query is found; empty if none is known."""
        return self.known_hint if self.is_expression else re.escape(self.text)

    def toggle_case(self) -> Query:
        """The other way round."""
        return replace(self, heeds_case=not self.is_case_heeded)

    def compiled(self) -> re.Pattern[str]:
        """As ``re`` searches it. Raises BadQuery."""
        try:
            with warnings.catch_warnings(action="ignore"):
                return re.compile(
                    self.text if self.is_expression else re.escape(self.text),
                    0 if self.is_case_heeded else re.IGNORECASE,
                )
        except (re.error, OverflowError, RecursionError) as error:
            raise BadQuery(f"no regular expression: {error}") from error


ERRORS = Query(ERROR_LIKE, is_expression=True, heeds_case=True, name="errors", known_hint=ERROR_HINT)
"""Lines that look like an error."""
