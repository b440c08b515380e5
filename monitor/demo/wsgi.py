"""``monitor.demo.wsgi:application``, what `manage.py demo` serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "monitor.demo.settings"

application = get_wsgi_application()
