"""What is new: substantive editions, the newest first."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from profiles.models import Edition
from profiles.models.edition import EditionQuerySet

from .caching import public, shows
from .resolving import language

PER_PAGE = 30


def latest_updates() -> EditionQuerySet:
    """Every update of a live profile in the language of the address, with what its line in a list needs."""
    return (
        Edition.objects.substantive()
        .of_live_profiles()
        .filter(profile__language=language())
        .select_related("profile__country", "profile__theme")
        .defer("snapshot")
        .newest_first()
    )


@public
def updates(request: HttpRequest) -> HttpResponse:
    """A page of them; a number that makes no sense gets the first or the last page."""
    page = Paginator(latest_updates(), PER_PAGE).get_page(request.GET.get("page"))
    shows(request, *(edition.published_at for edition in page))
    return render(request, "profiles/updates.html", {"page": page})
