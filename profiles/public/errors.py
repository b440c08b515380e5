"""What is said where nothing is to be read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .caching import for_all_caches


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The handler of 404: a cache that kept it by its own lights would hide a profile published since."""
    return for_all_caches(render(request, "404.html", status=404))
