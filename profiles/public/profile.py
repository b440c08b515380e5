"""A profile as it is now, as it was, and the list of what it has been."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from profiles.content import UnreadableContent
from profiles.models import Edition, Profile

from .caching import public, shows
from .resolving import absolute, at_country, published

logger = logging.getLogger(__name__)


@public
@at_country
def profile(request: HttpRequest, country: str, theme: str) -> HttpResponse:
    """The live edition, under the date that the profile bears now."""
    found, live = published(Profile.objects.with_change_note(), country, theme)
    others = Profile.objects.live().in_language(found.language).filter(country=found.country).exclude(pk=found.pk)
    shows(request, live.published_at)
    context = {
        "canonical": absolute(found.get_absolute_url()),
        "others": others.select_related("country", "theme").order_by("theme__position", "theme__name"),
    }
    return _text_page(request, "profiles/profile.html", found, live, **context)


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
        "canonical": absolute(asked_for.get_absolute_url()),
        "newer": live if live.number > number else None,
    }
    return _text_page(request, "profiles/edition.html", found, asked_for, **context)


def _text_page(
    request: HttpRequest, template: str, profile: Profile, edition: Edition, **context: object
) -> HttpResponse:
    """The page of an edition's text; by 503 where this release cannot read it, but another will."""
    permalink = absolute(edition.get_absolute_url())
    context |= {"profile": profile, "edition": edition, "permalink": permalink}
    try:
        context["text"] = edition.rendered()
    except UnreadableContent as problem:
        logger.error("Edition %d of %s cannot be read: %s", edition.number, profile, problem)
        return render(request, "profiles/unreadable.html", context, status=503)
    return render(request, template, context)
