"""The site's URL map with its mails before it; in use only while `manage.py demo` serves."""

from django.urls import path

from monitor import urls as site
from monitor.demo import views
from monitor.urls import *  # noqa: F403  # the handlers of error pages, whichever the site has

urlpatterns = [
    path("demo/mails/", views.mails, name="demo-mails"),
    path("demo/mails/<slug:file>/<int:place>/", views.mail, name="demo-mail"),
    path("demo/mails/<slug:file>/<int:place>/html/", views.mail_html, name="demo-mail-html"),
    *site.urlpatterns,
]
