"""``monitor.wsgi:application``, what gunicorn and its peers serve."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitor.settings")

application = get_wsgi_application()
