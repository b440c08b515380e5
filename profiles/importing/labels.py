"""Which paragraphs are labels of an overview's rows: topics of the theme, spelt as a reader would still know them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from profiles.country_names import folded

from .lines import Paragraph
from .marks import without_marks

SEPARATED = re.compile(r"([^\t|:]+)[\t|:]\s*(.+)")
# "All known casualties by end 2010", "2010 casualties by outcome": the topic is the same each year.
YEAR = re.compile(
    r"(?:\b(?:by|in|at|to|until|for)\s)?(?:\b(?:the\s)?end\s(?:of\s)?)?(?:\b(?:19|20)[0-9]{2}\b|\bthe last year reported\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Label:
    """A paragraph that begins with a topic: its place, the topic, the years it names besides, and a value behind it."""

    place: int
    topic: str
    years: str = ""
    value: str = ""

    @property
    def below(self) -> int:
        """The place of the first paragraph that cannot be but part of the value, or of something else."""
        return self.place + (1 if self.value else 2)


@dataclass(frozen=True)
class Topics:
    """The topics of one theme, by what their labels look like."""

    labels: tuple[str, ...]

    @cached_property
    def _spelt(self) -> Mapping[str, str]:
        return {folded(label): label for label in self.labels}

    @cached_property
    def _of_any_year(self) -> Mapping[str, str]:
        return {folded(YEAR.sub(" ", label)): label for label in self.labels}

    def labels_in(self, paragraphs: Iterable[Paragraph]) -> list[Label]:
        return [label for place, p in enumerate(paragraphs) if (label := self._label(place, p.text))]

    def _label(self, place: int, text: str) -> Label | None:
        """A label alone, or one with its value in the same line."""
        if found := self._topic(without_marks(text)):
            return Label(place, *found)
        parts = SEPARATED.fullmatch(text)
        if parts and (found := self._topic(without_marks(parts[1]))):
            return Label(place, *found, value=parts[2])
        return None

    def _topic(self, name: str) -> tuple[str, str] | None:
        """The topic that ``name`` means, and the years that it adds."""
        if topic := self._spelt.get(folded(name)):
            return topic, ""
        years = " ".join(YEAR.findall(name))
        if years and (topic := self._of_any_year.get(folded(YEAR.sub(" ", name)))):
            return topic, years[:1].upper() + years[1:]
        return None
