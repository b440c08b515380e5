"""Makers of rows. Keywords only; each defaults everything a test does not speak of."""

from datetime import date
from itertools import count
from typing import Any

from django.contrib.auth.models import Permission, User

from notifications.models import Subscriber
from notifications.scope import Scope
from profiles.models import Country, Edition, Fact, Footnote, Profile, Region, Section, Theme, Topic
from profiles.review.publishing import Change

_serial = count(1)


def make_region(*, name: str = "Americas") -> Region:
    return Region.objects.get_or_create(name=name, defaults={"slug": name.lower().replace(" ", "-")})[0]


def make_country(
    *, iso3: str = "USA", name: str = "United States", slug: str = "united-states", **fields: Any
) -> Country:
    fields.setdefault("region", make_region())
    return Country.objects.get_or_create(iso3=iso3, defaults={"name": name, "slug": slug, **fields})[0]


def make_countries(number: int) -> list[Country]:
    """Invented areas, for tests that need many."""
    letters = [f"Q{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(number)]
    return [
        make_country(iso3=code, name=f"Area {code}", slug=f"area-{code.lower()}", is_state=False) for code in letters
    ]


def make_theme(*, slug: str = "mine-ban-policy", name: str = "Mine Ban Policy", **fields: Any) -> Theme:
    fields.setdefault("overview_heading", "Mine ban policy overview")
    return Theme.objects.get_or_create(slug=slug, defaults={"name": name, **fields})[0]


def make_topic(*, theme: Theme | None = None, label: str = "Mine Ban Treaty status", **fields: Any) -> Topic:
    return Topic.objects.get_or_create(theme=theme or make_theme(), label=label, defaults=fields)[0]


def make_profile(
    *,
    country: Country | None = None,
    theme: Theme | None = None,
    body: str = "<p>Not acceded.</p>",
    heading: str = "",
    facts: dict[str, str] | None = None,
    notes: dict[Any, str] | None = None,
    **fields: Any,
) -> Profile:
    """A working copy with one section; ``notes`` maps keys to texts, ``facts`` labels to values."""
    profile = Profile.objects.create(country=country or make_country(), theme=theme or make_theme(), **fields)
    for position, (label, value) in enumerate((facts or {}).items()):
        topic = make_topic(theme=profile.theme, label=label, position=position)
        Fact.objects.create(profile=profile, topic=topic, value=value, position=position)
    Section.objects.create(profile=profile, heading=heading, body=body)
    for key, text in (notes or {}).items():
        Footnote.objects.create(profile=profile, key=key, text=text)
    return profile


def substantive(*, on: date = date(2010, 10, 18), note: str = "First published.") -> Change:
    return Change.substantive(on=on, note=note)


def correction(*, note: str = "") -> Change:
    return Change.correction(note=note)


def publish(
    profile: Profile, *, on: date = date(2010, 10, 18), note: str = "First published.", by: User | None = None
) -> Edition:
    return profile.publish(by=by, change=substantive(on=on, note=note))


def make_live_profile(*, on: date = date(2010, 10, 18), note: str = "First published.", **fields: Any) -> Profile:
    profile = make_profile(**fields)
    publish(profile, on=on, note=note)
    return profile


def make_staff(*permissions: str, **fields: Any) -> User:
    """A member of staff with ``app.codename`` permissions; log in with ``force_login``: hashing is slow by design."""
    name = fields.pop("username", f"staff{next(_serial)}")
    user = User.objects.create(username=name, is_staff=True, **fields)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def make_superuser(**fields: Any) -> User:
    return make_staff(is_superuser=True, **fields)


def make_feedback(*, edition: Edition | None = None, text: str = "The date is wrong.", **fields: Any) -> Any:
    """A message as the form stores it; ``files`` are ``feedback.uploads.Accepted``."""
    from feedback.models import FeedbackMessage

    return FeedbackMessage.objects.receive(edition=edition or make_live_edition(), text=text, **fields)


def make_live_edition() -> Edition:
    """The live edition of the one profile that tests of other rooms speak of."""
    profile = Profile.objects.live().first() or make_live_profile()
    assert profile.live_edition
    return profile.live_edition


def make_subscriber(
    *, address: str = "reader@example.org", country: Country | None = None, theme: Theme | None = None
) -> Subscriber:
    """A confirmed subscriber; without country or theme, of all of them."""
    return Subscriber.objects.confirm(address, Scope(country, theme))


def make_site_page(*, slug: str = "about-us", title: str = "About us", **fields: Any) -> Any:
    """A page of the menu."""
    from monitor.models import SitePage

    return SitePage.objects.get_or_create(slug=slug, defaults={"title": title, **fields})[0]
