"""The pages of those who follow something: subscribing, and what the links in our mails lead to.

The address of a page from a mail is itself the proof of who asks; whoever does
not have it cannot make another's browser use it. So these pages need no CSRF
token, set no cookie, and hide their address from every other site and from
their own next page (no-referrer, under which browsers send ``Origin: null``
with a form, and Django's check would refuse it). Reading any of them changes
nothing: programs that scan mail open every link.
"""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.core.validators import slug_re
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from notifications import links, signing_up
from notifications.forms import SubscribeForm
from notifications.models import Ending, Subscriber, Subscription
from notifications.models.subscriber import SubscriptionQuerySet
from profiles.models import FormerSlug

View = Callable[[HttpRequest, str], HttpResponse]


def by_link(view: View) -> View:
    """Decorate a page that only the link in a mail leads to; a link that leads nowhere any more is told so."""

    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token)
        except links.BadLink as problem:
            response = _dead_link(request, problem)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("address")
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form, and its post: one answer for every address, known or not."""
    if request.method != "POST":
        return _form_page(request, SubscribeForm(initial=_preselected(request.GET)))
    if wait := request.retry_after:  # type: ignore[attr-defined]
        return _form_page(request, SubscribeForm(initial=request.POST.dict()), status=429, wait=wait)
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if not form.is_by_robot:
        signing_up.ask(form.cleaned_data["address"], form.scope)
    return redirect("notifications:asked")


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """What to do next: look into the mailbox."""
    return render(request, "notifications/asked.html")


@by_link
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """One big button; pressing it begins the subscription, once."""
    ticket = links.read_confirm(token)
    if request.method == "POST":
        subscriber = signing_up.confirm(ticket)
        return redirect(f"{links.manage_path(subscriber.key, timezone.now())}?confirmed")
    if not signing_up.is_waiting(ticket):
        raise signing_up.UsedLink
    return render(request, "notifications/confirm.html", {"scope": ticket.scope})


@by_link
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """What one follows, and how to end any of it, all of it, or every trace of it."""
    try:
        subscriber = _subscriber(links.read_manage(token))
    except links.ExpiredLink as old:
        return _fresh_link(request, _subscriber(UUID(*old.carried)))
    if request.method != "POST":
        followed = subscriber.subscriptions.active().select_related("country", "theme")
        return render(request, "notifications/manage.html", {"subscriber": subscriber, "followed": followed})
    if "erase" in request.POST:
        signing_up.erase(subscriber)
        return redirect("notifications:erased")
    subscriber.subscriptions.chosen(request.POST.get("end", "")).end(Ending.MANAGED)
    return redirect(f"{request.path}?ended")


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    return render(request, "notifications/erased.html")


@by_link
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails about one profile, whatever wish brought them."""
    wishes = _wishes("leave", token)
    if request.method == "POST":
        wishes.end(Ending.LEFT)
        return redirect(request.path)
    return _leave_page(request, "leave", token)


@by_link
def one_click(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: the mail program posts here when its own button is pressed; no cookie, no redirect, as often as it likes."""
    if request.method == "POST":
        _wishes("one-click", token).end(Ending.ONE_CLICK)
    return _leave_page(request, "one-click", token)


def _wishes(purpose: str, token: str) -> SubscriptionQuerySet:
    key, profile = links.read_leave(purpose, token)
    return Subscription.objects.active().matching(profile).filter(subscriber__key=key)


def _leave_page(request: HttpRequest, purpose: str, token: str) -> HttpResponse:
    _key, profile = links.read_leave(purpose, token)
    wishes = _wishes(purpose, token).select_related("country", "theme")
    return render(request, "notifications/leave.html", {"profile": profile, "wishes": wishes})


def _subscriber(key: UUID) -> Subscriber:
    """Whose link it is. Raises BadLink for one whose address was deleted."""
    subscriber = Subscriber.objects.filter(key=key, erased_at__isnull=True).first()
    if subscriber is None:
        raise links.BadLink
    return subscriber


def _fresh_link(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """An old link still says who may have a new one; the new one goes to the mailbox, not to whoever asks."""
    if request.method == "POST":
        signing_up.send_fresh_link(subscriber)
        return redirect("notifications:asked")
    return render(request, "notifications/old_link.html", {"days": links.MANAGE_FOR.days}, status=410)


def _dead_link(request: HttpRequest, problem: links.BadLink) -> HttpResponse:
    context = {
        "is_used": isinstance(problem, signing_up.UsedLink),
        "is_expired": isinstance(problem, links.ExpiredLink),
        "days": links.CONFIRM_FOR.days,
    }
    gone = context["is_used"] or context["is_expired"]
    return render(request, "notifications/dead_link.html", context, status=410 if gone else 404)


def _form_page(
    request: HttpRequest, form: SubscribeForm, *, status: int = 200, wait: int | None = None
) -> HttpResponse:
    """The form, as typed; ``wait`` is the seconds after which one more post will be taken."""
    hindrance = _too_often(wait) if wait else ""
    context = {"form": form, "hindrance": hindrance, "has_problem": bool(hindrance or form.errors)}
    response = render(request, "notifications/subscribe.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _too_often(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "Nothing was sent: your network asked for many mails within an hour. Try again in %d minute.",
        "Nothing was sent: your network asked for many mails within an hour. Try again in %d minutes.",
        minutes,
    ) % (minutes,)


def _preselected(query: QueryDict) -> dict[str, str]:
    """What the page one comes from is about; a country by a slug it had once, too."""
    asked = {name: slug for name in ("country", "theme") if slug_re.fullmatch(slug := query.get(name, ""))}
    former = FormerSlug.objects.filter(slug=asked.get("country")).select_related("country").first()
    return asked | ({"country": former.country.slug} if former else {})
