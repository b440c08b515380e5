import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from tqdm import tqdm

from profiles.country_names import folded
from profiles.importing.corpus import Line, read_line
from profiles.importing.destination import Refused, themes_by_name
from profiles.importing.imported import Unreadable
from profiles.importing.missing_rows import make_area, make_topics
from profiles.importing.publish import publish
from profiles.importing.store import store
from profiles.models import Country, Theme
from profiles.review.publishing import Unpublishable

BATCH = 50  # lines a transaction


class Command(BaseCommand):
    help = (
        "Reads profiles, one JSON object a line, into their working copies, and publishes them where asked. A line "
        "that cannot be taken is named and set aside; the others are stored. Running it again writes only what differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help='the collection; "-" reads what comes in')
        parser.add_argument("--create-countries", action="store_true", help="make unknown codes areas, not states")
        parser.add_argument("--publish", action="store_true", help="make an edition of each that is new or changed")
        parser.add_argument("--replace", action="store_true", help="even if a working copy was edited since")

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        self.themes = {**{theme.slug: theme for theme in Theme.objects.all()}, **themes_by_name()}
        self.written = self.published = self.set_aside = 0
        with _opened(options["file"]) as lines:
            quiet = options["verbosity"] == 0 or not self.stderr.isatty()
            for batch in _batches(enumerate(tqdm(lines, unit=_("profiles"), disable=quiet), start=1)):
                with transaction.atomic():
                    for number, line in batch:
                        self._take(number, line)
        if options["verbosity"]:
            self.stdout.write(
                _("%(written)d working copies written, %(published)d editions published, %(aside)d lines set aside.")
                % {"written": self.written, "published": self.published, "aside": self.set_aside}
            )

    def _take(self, number: int, line: bytes) -> None:
        """Store one line whole, or name it and leave everything as it was."""
        try:
            with transaction.atomic():
                read = read_line(_decoded(line, number), number)
                is_changed, is_published = self._store(read)
        except Unreadable as refusal:
            self._lay_aside(str(refusal))
        except (Refused, Unpublishable) as refusal:
            self._lay_aside(_("Line %(line)d: %(reason)s") % {"line": number, "reason": refusal})
        else:
            self.written += is_changed
            self.published += is_published

    def _store(self, line: Line) -> tuple[bool, bool]:
        country, theme = self._country(line), self._theme(line)
        make_topics(theme, [fact.label for fact in line.profile.facts])
        stored = store(line.profile, country=country, theme=theme, replace=self.options["replace"])
        if not self.options["publish"]:
            return stored.is_changed, False
        note = line.change_note or ("" if stored.profile.last_updated is None else _("Taken from a collection."))
        return stored.is_changed, publish(stored.profile, line.profile, note=note) is not None

    def _country(self, line: Line) -> Country:
        if country := Country.objects.filter(iso3=line.iso3).first():
            return country
        if self.options["create_countries"]:
            return make_area(line.iso3, line.country)
        raise Refused(_("no country has the code “%s”; say --create-countries to make it an area.") % line.iso3)

    def _theme(self, line: Line) -> Theme:
        if line.language != settings.LANGUAGE_CODE:
            raise Refused(_("profiles in “%s” cannot be read yet; leave the line out.") % line.language)
        if theme := self.themes.get(line.theme) or self.themes.get(folded(line.theme)):
            return theme
        raise Refused(_("no theme is called “%s”; add it in the admin, or correct the line.") % line.theme)

    def _lay_aside(self, sentence: str) -> None:
        self.set_aside += 1
        self.stderr.write(self.style.WARNING(sentence))


@contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        lines = Path(file).open("rb")  # noqa: SIM115  # closed below; an error while reading is not one of opening
    except OSError as error:
        raise CommandError(
            _("%(file)s cannot be read: %(reason)s.") % {"file": file, "reason": error.strerror}
        ) from error
    with lines:
        yield lines


def _batches(lines: Iterator[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    batch: list[tuple[int, bytes]] = []
    for number, line in lines:
        if line.strip():
            batch.append((number, line))
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _decoded(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(number, _("this is not UTF-8."), _("Save the collection as UTF-8.")) from error
