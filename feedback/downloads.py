"""The one way out for a reader's file: permitted staff, as a download that no browser opens in place."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from feedback.models import Attachment

if TYPE_CHECKING:
    from django.contrib.auth.models import User

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@never_cache
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out an attachment, and record who took it; one that asks for care, only to who was told (``?told=1``).

    Http404 for everybody without the permission as for a file that is not
    there: a stranger learns nothing, not even that there is a place to log in.
    A picture that was not drawn anew yet is not there for anybody.
    """
    user = request.user
    if not (user.is_authenticated and user.is_active and user.is_staff and user.has_perm("feedback.view_attachment")):
        raise Http404
    attachment = get_object_or_404(Attachment.objects.select_related("message"), pk=pk, is_ready=True)
    if attachment.caution and "told" not in request.GET:
        context = {
            **admin.site.each_context(request),
            "title": _("Before you open this file"),
            "attachment": attachment,
        }
        return render(request, "admin/feedback/caution.html", context)
    try:
        file = attachment.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    _record(attachment, by=user)
    response = FileResponse(file, content_type="application/octet-stream")
    for header, value in HEADERS.items():
        response.headers[header] = value
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}"
    return response


def _record(attachment: Attachment, *, by: "User") -> None:
    """In the history of the message; by number, for a file's name is the sender's text."""
    sentence = _("Downloaded attachment %(pk)d (%(kind)s).")
    LogEntry.objects.log_actions(
        by.pk,
        [attachment.message],
        CHANGE,
        change_message=sentence % {"pk": attachment.pk, "kind": attachment.get_kind_display()},
        single_object=True,
    )
