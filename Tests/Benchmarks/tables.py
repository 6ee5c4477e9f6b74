"""What was measured, in Markdown: absolute figures, and the ratios to reach."""

import dataclasses
import statistics


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def plain(figure, digits=0):
    return "–" if figure is None else f"{figure:,.{digits}f}"


def median(runs, figure):
    return statistics.median(getattr(run, figure) for run in runs)


def loads(runs):
    """A row for each contender."""
    heads = ["", "requests/s", "p50 ms", "p99 ms", "CPU µs a request", "of it user", "system"]
    figures = [("rate", 0), ("p50", 2), ("p99", 2), ("processor", 1), ("user", 1), ("system", 1)]
    rows = [
        [contender.name, *(plain(median(of, figure), digits) for figure, digits in figures)]
        for contender, of in runs.items()
    ]
    return table(heads, rows)


def ratio(figure, ours, theirs):
    """Of the runs of one round, which had the same machine: the median over the rounds."""
    pairs = zip(ours, theirs, strict=True)
    return statistics.median(getattr(our, figure) / getattr(their, figure) for our, their in pairs)


@dataclasses.dataclass(frozen=True)
class Aim:
    """A figure that is to be reached: at most, or at least."""

    name: str
    measured: float | None
    reach: float
    beyond: float | None
    unit: str = "×"

    @property
    def is_least(self):
        return self.beyond is not None and self.beyond > self.reach

    def meets(self, limit):
        return self.measured >= limit if self.is_least else self.measured <= limit

    @property
    def verdict(self):
        if self.measured is None:
            return "not measured"
        if self.beyond is not None and self.meets(self.beyond):
            return "beyond"
        return "met" if self.meets(self.reach) else "not met"

    @property
    def row(self):
        sign = "≥" if self.is_least else "≤"
        words = lambda figure: "–" if figure is None else f"{figure:.3g}{self.unit}"  # noqa: E731
        return [self.name, words(self.measured), f"{sign} {words(self.reach)}", words(self.beyond), self.verdict]


def aims(all):
    return table(["figure", "measured", "to reach", "beyond", ""], [aim.row for aim in all])
