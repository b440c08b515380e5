"""The addresses of the public pages. Cutting any of them from the right leads to a page."""

from django.urls import path

from profiles.public import countries, feeds, home, profile, themes, updates

app_name = "profiles"

urlpatterns = [
    path("", home.home, name="home"),
    path("countries/", countries.countries, name="countries"),
    path("countries/<slug:country>/", countries.country, name="country"),
    path("countries/<slug:country>/feed.atom", feeds.country_feed, name="country_feed"),
    path("countries/<slug:country>/<slug:theme>/", profile.profile, name="profile"),
    path("countries/<slug:country>/<slug:theme>/editions/", profile.history, name="history"),
    path("countries/<slug:country>/<slug:theme>/editions/<int:number>/", profile.edition, name="edition"),
    path("themes/", themes.themes, name="themes"),
    path("themes/<slug:theme>/", themes.theme, name="theme"),
    path("themes/<slug:theme>/feed.atom", feeds.theme_feed, name="theme_feed"),
    path("updates/", updates.updates, name="updates"),
    path("updates/feed.atom", feeds.updates_feed, name="updates_feed"),
]
