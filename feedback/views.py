"""The page from which a reader writes to the editors, and the thanks for it."""

import logging
from functools import partial

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from feedback.forms import FeedbackForm, megabytes
from feedback.models import FeedbackMessage, network_share
from feedback.receiving import bounded_post
from feedback.storage import QuotaUsedUp
from feedback.uploads import kinds_in_words
from profiles.models import Profile
from profiles.public.resolving import Withdrawn, at_country, published

logger = logging.getLogger(__name__)

RETRY_WHEN_FULL_SECONDS = 60 * 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@bounded_post
@at_country
def send(request: HttpRequest, country: str, theme: str) -> HttpResponse:
    """The form, and its post. Whatever keeps a post from being stored, the words come back as they were typed."""
    try:
        profile, _live = published(Profile.objects.without_text(), country, theme)
    except Withdrawn as withdrawn:
        if request.method != "POST":
            raise
        return _homeless(request, withdrawn.profile)
    if request.method != "POST":
        return _page(request, profile, FeedbackForm.fresh(profile))
    if unjudged := _unjudged(request, profile):
        return unjudged
    form = FeedbackForm(request.POST, request.FILES, received=request.received)  # type: ignore[attr-defined]
    if not form.is_valid():
        return _page(request, profile, form, status=422)
    try:
        message = form.save_for(profile, partial(request.counted, "feedback:bytes", network_share()))  # type: ignore[attr-defined]
    except QuotaUsedUp as error:
        logger.warning("Feedback was not stored: %s", error)
        return _page(request, profile, form, _quota_used_up(), status=429, wait=RETRY_WHEN_FULL_SECONDS)
    except (OSError, OperationalError) as error:
        logger.error("Feedback was not stored: %s", type(error).__name__)  # the error's text may quote what was sent
        hindrance = _no_room_for_files() if isinstance(error, OSError) else _no_room()
        return _page(request, profile, form, hindrance, status=503, wait=RETRY_WHEN_FULL_SECONDS)
    return redirect("feedback:thanks", reference=message.reference)


def _unjudged(request: HttpRequest, profile: Profile) -> HttpResponse | None:
    """The answer to a post that is not looked at: it did not come whole, not from our page, or too often."""
    typed = FeedbackForm.as_typed(request.POST)
    if not request.received.is_whole:  # type: ignore[attr-defined]
        return _page(request, profile, typed, _not_whole(), status=400)
    if request.csrf_refused:  # type: ignore[attr-defined]
        return _page(request, profile, typed, _cookie_missing(), status=403)
    if wait := request.retry_after:  # type: ignore[attr-defined]
        return _page(request, profile, typed, _too_often(wait), status=429, wait=wait)
    return None


@never_cache
@require_safe
def thanks(request: HttpRequest, reference: str) -> HttpResponse:
    """That a message arrived, and nothing of it."""
    if not FeedbackMessage.objects.filter(reference=reference).exists():
        raise Http404
    return render(request, "feedback/thanks.html", {"reference": reference})


def _page(
    request: HttpRequest,
    profile: Profile,
    form: FeedbackForm,
    hindrance: str = "",
    *,
    status: int = 200,
    wait: int | None = None,
) -> HttpResponse:
    """The form with what is wrong above it: ``hindrance``, when it lies not in what was typed; seconds to ``wait``."""
    context = {
        "profile": profile,
        "form": form,
        "hindrance": hindrance,
        "has_problem": bool(hindrance or form.errors),
        "had_files": bool(request.FILES) or (request.method == "POST" and bool(request.received.too_large)),  # type: ignore[attr-defined]
        "kinds": kinds_in_words(),
        "max_files": settings.FEEDBACK_MAX_FILES,
        "max_file_bytes": settings.FEEDBACK_MAX_FILE_BYTES,
        "max_file_megabytes": megabytes(settings.FEEDBACK_MAX_FILE_BYTES),
        "max_post_bytes": settings.FEEDBACK_MAX_POST_BYTES,
        "max_post_megabytes": megabytes(settings.FEEDBACK_MAX_POST_BYTES),
        "keep_files": _period(settings.FEEDBACK_KEEP_FILES_DAYS),
        "keep_messages": _period(settings.FEEDBACK_KEEP_MESSAGES_DAYS),
        "mail_address": settings.FEEDBACK_EMAIL,
    }
    response = render(request, "feedback/send.html", context, status=status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _homeless(request: HttpRequest, profile: Profile) -> HttpResponse:
    """The words of a post about a profile that was withdrawn while it was written."""
    context = {"profile": profile, "typed": request.POST.get("message", ""), "mail_address": settings.FEEDBACK_EMAIL}
    return render(request, "feedback/homeless.html", context, status=410)


def _period(days: int) -> str:
    if days and days % 365 == 0:
        return ngettext("%d year", "%d years", days // 365) % (days // 365)
    return ngettext("%d day", "%d days", days) % days


def _not_whole() -> str:
    return _(
        "Nothing was sent: what your browser sent was too long, or could not be read to its end. "
        "See what came back below, mend it and send it once more, or write to us by mail."
    )


def _cookie_missing() -> str:
    return _(
        "Nothing was sent yet: your browser did not give back this page's cookie, perhaps because the page was open "
        "for long. Send it once more. If this comes again, allow cookies for this site or write to us by mail."
    )


def _too_often(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "Nothing was sent: many messages came from your network within an hour. Try again in %d minute.",
        "Nothing was sent: many messages came from your network within an hour. Try again in %d minutes.",
        minutes,
    ) % (minutes,)


def _quota_used_up() -> str:
    return _(
        "Nothing was sent: readers' files of today have used up the room there is for them, or for those from your network. "
        "Send your message without files, send them tomorrow, or write to us by mail."
    )


def _no_room_for_files() -> str:
    return _(
        "Nothing was sent: the site cannot store files just now. Try again later, "
        "send your message without files, or write to us by mail."
    )


def _no_room() -> str:
    return _("Nothing was sent: the site cannot store messages just now. Try again later, or write to us by mail.")
