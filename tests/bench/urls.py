"""The product's addresses, and `/constant/`: what Django itself costs under the same server and middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from monitor.urls import urlpatterns as monitor_urls

BODY = b"x" * 16_000


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY)


urlpatterns = [path("constant/", constant), *monitor_urls]
