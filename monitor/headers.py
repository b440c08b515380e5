"""What every answer says to browsers: pages, files, feeds, redirects and errors alike.

It stands before everything else that answers, WhiteNoise too. What a view or
django-csp has said more exactly is left as it is.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADERS = {
    # Nothing of ours is there to be part of somebody else's page. (Reading by script with CORS is another matter.)
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
}
# For what is no page: a file that is opened by itself may load and run nothing.
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class HeadersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for header, value in HEADERS.items():
            response.headers.setdefault(header, value)
        if not (settings.DEBUG and response.status_code >= 400):  # Django's debug page brings its own styles
            response.headers.setdefault("Content-Security-Policy", NOTHING)
        return response
