"""What stands at an address: a profile, one that was withdrawn, or a country under a name it had once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language

from profiles.models import Edition, FormerSlug, Profile
from profiles.models.profile import ProfileQuerySet

View = Callable[..., HttpResponse]


class Withdrawn(Exception):
    """The profile at this address was taken from the public; it says why."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile.withdrawal_reason)
        self.profile = profile


def language() -> str:
    """The language of the address that is being answered."""
    return get_language() or settings.LANGUAGE_CODE


def absolute(path: str) -> str:
    """The whole address of a path, for feeds and citations: from the settings, never from what a stranger sent."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def published(profiles: ProfileQuerySet, country: str, theme: str) -> tuple[Profile, Edition]:
    """The one of ``profiles`` at this address, with its live edition. Raises Http404, or Withdrawn."""
    here = profiles.at(country, theme).in_language(language())
    profile = get_object_or_404(here.select_related("country__region", "theme", "live_edition"))
    if profile.withdrawn_at:
        raise Withdrawn(profile)
    if profile.live_edition is None:
        raise Http404
    profile.live_edition.profile = profile
    return profile, profile.live_edition


def at_country(view: View) -> View:
    """Answer for ``view`` where a country was renamed (301 to the new address) or a profile withdrawn (410)."""

    @wraps(view)
    def answer(request: HttpRequest, country: str, **rest: Any) -> HttpResponse:
        try:
            return view(request, country=country, **rest)
        except Withdrawn as withdrawn:
            return render(request, "410.html", {"profile": withdrawn.profile}, status=410)
        except Http404:
            former = FormerSlug.objects.select_related("country").filter(slug=country).first()
            if former is None or request.resolver_match is None:
                raise
            now = reverse(request.resolver_match.view_name, kwargs={"country": former.country.slug, **rest})
            # 308 for a post: a browser sends it again, and what was typed with it.
            return HttpResponsePermanentRedirect(now, preserve_request=request.method == "POST")

    return answer
