"""What a finding is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seeknal_tui.analysis.findings.scenario import Scenario


class FindingKind(StrEnum):
    """What holds a run up, or makes its results a matter of luck."""

    HIDDEN_DEPENDENCY = "hidden_dependency"
    NEEDLESS_DEPENDENCY = "needless_dependency"
    SHARED_OUTPUT = "shared_output"
    RESOURCE_LIMIT = "resource_limit"
    TOO_MUCH_PARALLEL = "too_much_parallel"
    TOO_LITTLE_PARALLEL = "too_little_parallel"
    IO_BOUND = "io_bound"
    CPU_BOUND = "cpu_bound"
    STRAGGLER = "straggler"
    SLOWER_THAN_USUAL = "slower_than_usual"
    SLOW_OPERATOR = "slow_operator"

    @property
    def words(self) -> str:
        """The kind as a person reads it."""
        return {"io_bound": "I/O-bound", "cpu_bound": "CPU-bound"}.get(self.value, self.value.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that holds the run up, the evidence of it, and one piece of advice."""

    kind: FindingKind
    tasks: tuple[int, ...]
    """The numbers of the tasks it is about; the one to be changed comes first."""
    evidence: str
    """What was seen, as whole sentences."""
    advice: str
    saves_s: float
    """Seconds by which the run would be shorter without it, by the forecast. Where the result is a matter of luck, the
    seconds that it takes to make it again."""
    remedy: Scenario | None = None
    """The run without it; None where nothing would be shorter."""
    without: str = ""
    """What the remedy changes, in a few words: ``without this edge``."""
    is_chain: bool = False
    """Whether it blames a chain of tasks, the first of them most."""
    is_risk: bool = False
    """Whether results may be wrong, or the run may break, because of it: it is told however little time it costs."""
