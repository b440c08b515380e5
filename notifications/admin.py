"""What editors may see of the outbox: who follows what, what was announced, and what became of each mail.

Nothing is written by hand here: the rows are the record of what was promised
and done. Two things can be asked for: another try for failed messages, and the
deletion of an address.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notifications import signing_up
from notifications.models import Announcement, Breaker, Message, Subscriber, Subscription


class Record(admin.ModelAdmin):
    """Rows to look at, not to write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def log(self, request: HttpRequest, rows: list[Any], done: str) -> None:
        """Leave an entry in the audit log for each row, as the row is named now: one erased has no address in it."""
        user: Any = request.user
        if rows:
            LogEntry.objects.log_actions(user.pk, rows, CHANGE, done)

    def may(self, request: HttpRequest, permission: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{permission}_{self.opts.model_name}")


class SaysWhenSendingPauses(Record):
    """A list that says, while the mail server takes nothing, until when sending pauses and why."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        breaker = Breaker.objects.first()  # there is none before the first mail, and reading makes none
        if breaker and breaker.paused_until and request.method == "GET":
            told = _("The mail server takes no mails; one is tried at %(time)s. Nothing is lost. It says: %(words)s")
            said = {
                "time": date_format(timezone.localtime(breaker.paused_until), "TIME_FORMAT"),
                "words": breaker.words,
            }
            self.message_user(request, told % said, messages.WARNING)
        return super().changelist_view(request, extra_context)


class SubscriptionInline(admin.TabularInline):
    model = Subscription
    fields = ["country", "theme", "language", "confirmed_at", "ended_at", "ended_reason"]
    readonly_fields = ["confirmed_at", "ended_at", "ended_reason"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Subscriber)
class SubscriberAdmin(Record):
    list_display = ["__str__", "confirmed_at", "active_count", "refusal_count", "suppressed_at", "erased_at"]
    list_filter = [
        ("suppressed_at", admin.EmptyFieldListFilter),
        ("erased_at", admin.EmptyFieldListFilter),
        ("subscriptions__theme", admin.RelatedOnlyFieldListFilter),
        ("subscriptions__country", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["address_key"]
    search_help_text = _("A part of an address, in small letters.")
    date_hierarchy = "confirmed_at"
    fields = ["address", "confirmed_at", "refusal_count", "refused_on", "suppressed_at", "erased_at"]
    inlines = [SubscriptionInline]
    actions = ["erase"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        active = Count("subscriptions", filter=Q(subscriptions__ended_at__isnull=True), distinct=True)
        subscribers: QuerySet[Subscriber] = super().get_queryset(request)
        return subscribers.annotate(active_count=active)

    @admin.display(description=_("follows"), ordering="active_count")
    def active_count(self, subscriber: Any) -> int:
        return int(subscriber.active_count)

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "delete")

    @admin.action(description=_("Delete the addresses, at their owners' wish"), permissions=["erase"])
    @transaction.atomic
    def erase(self, request: HttpRequest, chosen: QuerySet[Subscriber]) -> None:
        subscribers = list(chosen.filter(erased_at__isnull=True))
        for subscriber in subscribers:
            signing_up.erase(subscriber)
        self.log(request, subscribers, str(_("Deleted the address at its owner's wish.")))
        done = ngettext("%d address was deleted.", "%d addresses were deleted.", len(subscribers)) % len(subscribers)
        self.message_user(request, done, messages.SUCCESS)


@admin.register(Announcement)
class AnnouncementAdmin(SaysWhenSendingPauses):
    list_display = ["profile", "from_date", "to_date", "state", "detected_at", "owed_count", "sent_count", "open_count"]
    list_filter = ["state", "profile__theme", "detected_at"]
    list_select_related = ["profile__country", "profile__theme"]
    search_fields = ["profile__country__name", "profile__theme__name"]
    date_hierarchy = "detected_at"
    list_per_page = 25  # each row counts its deliveries
    fields = ["profile", "sequence", "from_date", "to_date", "edition", "state", "opened_at", "detected_at"]
    fields += ["quiet_until", "owed_count", "sent_count", "open_count"]
    readonly_fields = ["owed_count", "sent_count", "open_count"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Announcement]:
        sent = Q(deliveries__message__state=Message.State.ACCEPTED)
        settled = Q(deliveries__message__state__in=Message.SETTLED)
        announcements: QuerySet[Announcement] = super().get_queryset(request)
        return announcements.annotate(
            total=Count("deliveries"),
            sent=Count("deliveries", filter=sent),
            settled=Count("deliveries", filter=settled),
        )

    @admin.display(description=_("owed to"))
    def owed_count(self, announcement: Any) -> int:
        return int(announcement.total)

    @admin.display(description=_("sent"))
    def sent_count(self, announcement: Any) -> int:
        return int(announcement.sent)

    @admin.display(description=_("to be sent"))
    def open_count(self, announcement: Any) -> int:
        return int(announcement.total - announcement.settled)


@admin.register(Message)
class MessageAdmin(SaysWhenSendingPauses):
    list_display = ["key", "kind", "state", "subscriber", "created_at", "settled_at", "attempt_count"]
    list_display += ["unanswered_count", "reason"]
    list_filter = ["state", "kind", "unanswered_count", "created_at"]
    list_select_related = ["subscriber"]
    search_fields = ["key", "subscriber__address_key", "reason"]
    show_full_result_count = False
    fields = ["key", "kind", "state", "subscriber", "told", "created_at", "due_at", "give_up_at", "settled_at"]
    fields += ["attempt_count", "unanswered_count", "reason", "owner", "lease_until"]
    readonly_fields = ["told"]
    actions = ["retry"]

    @admin.display(description=_("announcement"), empty_value="–")
    def told(self, message: Message) -> Announcement | None:
        return message.announcement

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "change")

    @admin.action(description=_("Try failed messages once more"), permissions=["retry"])
    @transaction.atomic
    def retry(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        failed = list(Message.objects.filter(pk__in=chosen.values("pk")).to_retry())
        count = Message.objects.filter(pk__in=[message.pk for message in failed]).retry()
        self.log(request, failed, str(_("Asked for another try.")))
        done = ngettext("%d message is in the queue again.", "%d messages are in the queue again.", count) % count
        self.message_user(request, done, messages.SUCCESS if count else messages.WARNING)
