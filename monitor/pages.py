"""The site's own pages: the menu on every page, and the pages it leads to."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from monitor.models import SitePage


def menu(request: HttpRequest) -> dict[str, object]:
    """Template context: ``menu``, the pages of the menu in order; asked for only where a template prints it."""
    pages = SitePage.objects.filter(in_menu=True, language=get_language()).defer("body")
    return {"menu": SimpleLazyObject(lambda: list(pages))}
