"""Every page of the site, found as a reader finds them: by following links."""

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

NOT_PAGES = ("/static/", "/admin/logout/", "/admin/jsi18n/", "/admin/password_change/")


def walk(client, *starts, within="/"):
    """Answers by address: of ``starts``, and of whatever they lead to that begins with ``within``.

    In the admin no queries are followed: its filters combine without end.
    """
    answers, waiting = {}, [*starts]
    while waiting:
        address = waiting.pop()
        if address not in answers:
            answers[address] = client.get(address)
            waiting += (
                link for link in links_of(answers[address], address) if link.startswith(within) and not _endless(link)
            )
    return answers


def walk_public(client):
    """Every public address, forms included: what is linked, and what only machines ask for."""
    return {
        address: answer
        for address, answer in walk(client, "/", reverse("robots"), reverse("sitemap"), "/nowhere/").items()
        if not address.startswith("/admin/")
    }


def _endless(link):
    return link.startswith("/admin/") and "?" in link


def links_of(answer, address) -> Iterable[str]:
    """The addresses on this site that a page, a feed or a sitemap leads to, without fragments."""
    if answer.streaming or "text/html" not in answer["Content-Type"] and "xml" not in answer["Content-Type"]:
        return []
    text = answer.content.decode()
    found = {unescape(link) for link in re.findall(r'(?:href="|<loc>)([^"<]*)', text)}
    return sorted(filter(None, (_on_site(link, address) for link in found)))


def _on_site(link, address) -> str | None:
    parts = urlsplit(link)
    if parts.scheme and f"{parts.scheme}://{parts.netloc}" != settings.SITE_URL.rstrip("/"):
        return None
    path = parts.path or urlsplit(address).path
    if not path.startswith("/") or path.startswith(NOT_PAGES):
        return None
    return f"{path}?{parts.query}" if parts.query else path
