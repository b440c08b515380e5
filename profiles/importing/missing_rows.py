"""Rows that a collection needs and this site does not have yet: areas, and topics of its themes."""

from collections.abc import Iterable

from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from profiles.models import Country, Region, Theme, Topic

from .destination import Refused


def make_area(iso3: str, name: str) -> Country:
    """An area that is not a state, in a region of its own kind, for editors to put in its place.

    Raises Refused for a code that is not three letters, and for a name that another country has.
    """
    if not (len(iso3) == 3 and iso3.isascii() and iso3.isalpha()):
        raise Refused(_("“%s” is no code: it takes three letters.") % iso3)
    if namesake := Country.objects.filter(name=name).first():
        raise Refused(
            _("“%(name)s” is the name of %(iso3)s already; correct the code or the name.")
            % {"name": name, "iso3": namesake.iso3}
        )
    region, _made = Region.objects.get_or_create(
        slug="other-areas", defaults={"name": _("Other areas"), "position": 99}
    )
    slug = slugify(name)
    if not slug or Country.objects.filter(slug=slug).exists():
        slug = f"{slug}-{iso3.lower()}".strip("-")
    return Country.objects.create(iso3=iso3, name=name, slug=slug[:50], region=region, is_state=False)


def make_topics(theme: Theme, labels: Iterable[str]) -> list[Topic]:
    """The topics of ``labels`` that the theme has not, behind those it has.

    A page never makes topics, because a misspelt label would become one; a
    collection was written by a program, and losing its facts would be worse.
    """
    known = set(theme.topics.values_list("label", flat=True))
    last = theme.topics.aggregate(last=Max("position"))["last"] or 0
    missing = [label for label in dict.fromkeys(labels) if label not in known]
    return [
        theme.topics.create(label=label, position=position) for position, label in enumerate(missing, start=last + 1)
    ]
