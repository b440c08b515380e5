"""The addresses of the public pages. Cutting any of them from the right leads to a page."""

from django.urls import path

from profiles import feeds, views

app_name = "profiles"

urlpatterns = [
    path("", views.home, name="home"),
    path("countries/", views.countries, name="countries"),
    path("countries/<slug:country>/", views.country, name="country"),
    path("countries/<slug:country>/feed.atom", feeds.country_feed, name="country_feed"),
    path("countries/<slug:country>/<slug:theme>/", views.profile, name="profile"),
    path("countries/<slug:country>/<slug:theme>/editions/", views.history, name="history"),
    path("countries/<slug:country>/<slug:theme>/editions/<int:number>/", views.edition, name="edition"),
    path("themes/", views.themes, name="themes"),
    path("themes/<slug:theme>/", views.theme, name="theme"),
    path("themes/<slug:theme>/feed.atom", feeds.theme_feed, name="theme_feed"),
    path("updates/", views.updates, name="updates"),
    path("updates/feed.atom", feeds.updates_feed, name="updates_feed"),
]
