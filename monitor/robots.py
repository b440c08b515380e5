"""For those who read by machine: what may be fetched, and what there is."""

from django.contrib.sitemaps import Sitemap, views
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import override

from monitor.models import SitePage
from profiles.public.caching import public
from profiles.public.resolving import absolute
from profiles.public.sitemaps import Place, ProfileSitemap, PublicSitemap


class SitePageSitemap(PublicSitemap):
    def items(self) -> list[Place]:
        return [_place(page) for page in SitePage.objects.defer("body")]


@public
def sitemap(request: HttpRequest) -> HttpResponse:
    sitemaps: dict[str, type[Sitemap] | Sitemap] = {"profiles": ProfileSitemap, "pages": SitePageSitemap}
    return views.sitemap(request, sitemaps).render()


@public
def robots(request: HttpRequest) -> HttpResponse:
    """Everything is open; forms and the admin have nothing to be found."""
    closed = ["/admin/", "/feedback/", "/subscribe/"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "", f"Sitemap: {absolute(reverse('sitemap'))}"]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def _place(page: SitePage) -> Place:
    with override(page.language):
        return Place(page.get_absolute_url(), page.changed_at)
