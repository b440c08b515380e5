import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from tqdm import tqdm

from notifications.duties import detect
from notifications.models import Subscriber, Subscription
from notifications.scope import Scope
from profiles.models import Country, Theme

CHUNK = 2_000


class Command(BaseCommand):
    help = (
        "Makes confirmed subscribers at example.org, for trials. Each run adds N new ones. "
        "Without --country they follow all countries, without --theme all themes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, metavar="N", help="How many.")
        parser.add_argument("--country", default="", metavar="XX", help="ISO code (two or three letters) or slug.")
        parser.add_argument("--theme", default="", metavar="SLUG", help="Such as mine-ban-policy.")

    def handle(self, *args: Any, number: int, country: str, theme: str, verbosity: int, **options: Any) -> None:
        if number < 1:
            raise CommandError("Say how many: a number from 1.")
        scope = Scope(country_of(country) if country else None, theme_of(theme) if theme else None)
        detect()  # so that whatever changes from now on is news to them, and a first sight is not
        run = secrets.token_hex(4)
        with tqdm(total=number, unit=" subscribers", disable=not verbosity or number < CHUNK) as bar:
            for start in range(0, number, CHUNK):
                some = range(start + 1, min(start + CHUNK, number) + 1)
                make([f"reader-{run}-{n}@example.org" for n in some], scope)
                bar.update(len(some))
        if verbosity:
            self.stdout.write(f"Made {number} subscribers of {scope}.")


def country_of(code: str) -> Country:
    found = Country.objects.filter(Q(iso2=code.upper()) | Q(iso3=code.upper()) | Q(slug=code)).first()
    if found is None:
        raise CommandError(
            f"No country has the code or slug “{code}”. Run load_reference first, or look at /countries/."
        )
    return found


def theme_of(slug: str) -> Theme:
    found = Theme.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Theme.objects.values_list("slug", flat=True)) or "none: run load_reference first"
        raise CommandError(f"No theme has the slug “{slug}”. Themes are: {known}.")
    return found


@transaction.atomic
def make(addresses: list[str], scope: Scope) -> None:
    made = Subscriber.objects.bulk_create(Subscriber(address=address, address_key=address) for address in addresses)
    Subscription.objects.bulk_create(
        Subscription(subscriber=subscriber, country=scope.country, theme=scope.theme, language=scope.language)
        for subscriber in made
    )
