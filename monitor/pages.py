"""The site's own pages: the menu on every page, and the pages it leads to."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from monitor.models import SitePage
from profiles.public.caching import public, shows
from profiles.richtext import clean


def menu(request: HttpRequest) -> dict[str, object]:
    """Template context: ``site_name``, and ``menu``: its pages in order, asked for only where a template prints them."""

    def pages() -> list[SitePage]:
        found = list(SitePage.objects.filter(in_menu=True, language=get_language()).defer("body"))
        shows(request, *(page.changed_at for page in found))
        return found

    return {"site_name": settings.SITE_NAME, "menu": SimpleLazyObject(pages)}


@public
def page(request: HttpRequest, page: str) -> HttpResponse:
    """One of the site's pages, whether it stands in the menu or not."""
    found = get_object_or_404(SitePage, slug=page, language=get_language())
    shows(request, found.changed_at)
    return render(request, "monitor/page.html", {"page": found, "text": under_title(clean(found.body))})


def under_title(html: str) -> SafeString:
    """A cleaned text whose highest heading is h3, as within a profile's section, with h2 instead: the title is h1."""
    return mark_safe(re.sub(r"<(/?)h([34])>", lambda tag: f"<{tag[1]}h{int(tag[2]) - 1}>", html))  # noqa: S308
