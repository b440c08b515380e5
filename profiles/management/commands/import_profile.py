import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.importing.destination import Refused
from profiles.importing.files import text_of
from profiles.importing.imported import ImportedProfile, Unreadable
from profiles.importing.publish import publish
from profiles.importing.site import read_for_site
from profiles.importing.store import Stored, store
from profiles.models import Edition
from profiles.review.checks import check
from profiles.review.publishing import Unpublishable


class Command(BaseCommand):
    help = (
        "Reads a text page into the working copy of its country and theme, and publishes it where asked. "
        "All of it is stored or nothing. How a page is written stands in profiles/importing/page.py."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help='the page; "-" reads what comes in')
        parser.add_argument("--country", default="", metavar="XX", help="ISO code, where the page names no country")
        parser.add_argument("--theme", default="", metavar="SLUG", help="where the page names no theme")
        parser.add_argument("--publish", action="store_true", help="make an edition of it")
        parser.add_argument("--note", default="", metavar="TEXT", help="the edition's public change note")
        parser.add_argument("--replace", action="store_true", help="even if the working copy was edited since")
        parser.add_argument("--dry-run", action="store_true", help="tell what would be done, and store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["note"] and not options["publish"]:
            raise CommandError(_("A change note belongs to an edition: say --publish with --note."))
        self.verbosity = options["verbosity"]
        try:
            with transaction.atomic():
                self._import(**options)
                transaction.set_rollback(options["dry_run"])
        except (Unreadable, Refused) as refusal:
            raise CommandError(str(refusal)) from refusal
        except Unpublishable as refusal:
            raise CommandError("\n".join(map(str, refusal.problems))) from refusal
        if options["dry_run"]:
            self._tell(_("This was a dry run: nothing was stored."))

    def _import(self, *, file: str, **options: Any) -> None:
        text, warnings = text_of(_bytes_of(file))
        imported, country, theme = read_for_site(text, code=options["country"], slug=options["theme"])
        self._warn([*warnings, *imported.warnings])
        stored = store(imported, country=country, theme=theme, replace=options["replace"])
        newest = stored.profile.editions.order_by("-number").first()
        self._tell(_read(stored, imported))
        self._tell(_written(stored))
        if options["publish"]:
            self._tell(_published(publish(stored.profile, imported, note=options["note"])))
        self._warn(check(stored.profile.content(), newest.content if newest else None))

    def _tell(self, sentence: str) -> None:
        if self.verbosity:
            self.stdout.write(sentence)

    def _warn(self, warnings: Iterable[object]) -> None:
        for warning in warnings if self.verbosity else ():
            self.stderr.write(self.style.WARNING(_("Warning: %s") % warning))


def _bytes_of(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(
            _("%(file)s cannot be read: %(reason)s.") % {"file": file, "reason": error.strerror}
        ) from error


def _read(stored: Stored, imported: ImportedProfile) -> str:
    day = date_format(imported.last_updated) if imported.last_updated else _("no date")
    counts = [
        ngettext("%d fact", "%d facts", len(imported.facts)) % len(imported.facts),
        ngettext("%d section", "%d sections", len(imported.sections)) % len(imported.sections),
        ngettext("%d note", "%d notes", len(imported.notes)) % len(imported.notes),
    ]
    return _("Read %(profile)s, %(day)s: %(counts)s.") % {
        "profile": stored.profile,
        "day": day,
        "counts": ", ".join(counts),
    }


def _written(stored: Stored) -> str:
    if not stored.is_changed:
        return _("The working copy says all of this already; nothing was written.")
    kinds = (stored.facts, stored.sections, stored.notes)
    return _("Wrote the working copy: %(added)d rows added, %(changed)d changed, %(removed)d removed.") % {
        "added": sum(len(rows.added) for rows in kinds),
        "changed": sum(len(rows.changed) for rows in kinds),
        "removed": sum(len(rows.removed) for rows in kinds),
    }


def _published(edition: Edition | None) -> str:
    if edition is None:
        return _("Nothing was published: the live edition has this text and this date already.")
    return _("Published edition %(number)d (%(kind)s, %(day)s): %(address)s") % {
        "number": edition.number,
        "kind": edition.get_kind_display(),
        "day": date_format(edition.last_updated),
        "address": settings.SITE_URL + edition.get_absolute_url(),
    }
