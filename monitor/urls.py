"""The URL map. A slug of the menu's pages comes last, so that it can never hide an address of ours."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from monitor import pages, robots

handler404 = "profiles.public.errors.not_found"
handler500 = "monitor.refusals.handler500"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    *i18n_patterns(
        path("", include("profiles.urls")),
        path("feedback/", include("feedback.urls")),
        path("subscribe/", include("notifications.urls")),
        path("<slug:page>/", pages.page, name="page"),
        prefix_default_language=False,
    ),
]
