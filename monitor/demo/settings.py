"""Settings of the served demonstration: those of an installation as far as a reader can tell, plus the mails page.

Error pages are the real ones, and a changed date is announced at once.
"""

import os

os.environ.setdefault("MONITOR_DEBUG", "0")
os.environ.setdefault("MONITOR_QUIET_MINUTES", "0")

from django.core.exceptions import ImproperlyConfigured  # noqa: E402

from monitor.settings import *  # noqa: E402, F403
from monitor.settings import LOCAL  # noqa: E402

if not LOCAL:
    raise ImproperlyConfigured("The demonstration serves this machine alone: unset MONITOR_HOSTS.")

ROOT_URLCONF = "monitor.demo.urls"
WSGI_APPLICATION = "monitor.demo.wsgi.application"
# Static files are looked up when they are asked for: walking through the editor's 6,500 at the start takes seconds.
WHITENOISE_AUTOREFRESH = True
