"""A profile as it is now, as it was, and the list of what it has been."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from profiles.models import Edition, Profile

from .addresses import absolute, at_country, published
from .caching import public, shows


@public
@at_country
def profile(request: HttpRequest, country: str, theme: str) -> HttpResponse:
    """The live edition, under the date that the profile bears now."""
    found, live = published(Profile.objects.with_change_note(), country, theme)
    others = Profile.objects.live().in_language(found.language).filter(country=found.country).exclude(pk=found.pk)
    shows(request, live.published_at)
    context = {
        **_as_text(found, live),
        "canonical": absolute(found.get_absolute_url()),
        "others": others.select_related("country", "theme").order_by("theme__position", "theme__name"),
    }
    return render(request, "profiles/profile.html", context)


@public
@at_country
def history(request: HttpRequest, country: str, theme: str) -> HttpResponse:
    """All editions, the newest first."""
    found, _live = published(Profile.objects.without_text(), country, theme)
    editions = list(found.editions.defer("snapshot").order_by("-number"))
    shows(request, editions[0].published_at)
    return render(request, "profiles/history.html", {"profile": found, "editions": editions})


@public
@at_country
def edition(request: HttpRequest, country: str, theme: str, number: int) -> HttpResponse:
    """One edition, for ever; a newer one is named above it."""
    found, live = published(Profile.objects.without_text(), country, theme)
    asked_for = get_object_or_404(found.editions, number=number)
    shows(request, live.published_at)
    context = {
        **_as_text(found, asked_for),
        "canonical": absolute(asked_for.get_absolute_url()),
        "newer": live if live.number > number else None,
    }
    return render(request, "profiles/edition.html", context)


def _as_text(profile: Profile, edition: Edition) -> dict[str, object]:
    return {
        "profile": profile,
        "edition": edition,
        "text": edition.rendered(),
        "permalink": absolute(edition.get_absolute_url()),
    }
