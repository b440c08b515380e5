"""The editors' inbox: read what arrived, decide what becomes of it, fetch its files."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback.downloads import download
from feedback.file_names import visible
from feedback.forms import HandlingForm
from feedback.models import FeedbackMessage, InternalNote
from feedback.models.message import FeedbackMessageQuerySet

EXCERPT_CHARACTERS = 80


class WaitingFilter(admin.SimpleListFilter):
    """States; without a choice, what waits for an editor."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*FeedbackMessage.State.choices, ("all", _("all"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        nothing_chosen, *states = super().choices(changelist)
        yield {**nothing_chosen, "display": _("waiting (new and open)")}
        yield from states

    def queryset(self, request: HttpRequest, queryset: FeedbackMessageQuerySet) -> FeedbackMessageQuerySet:  # type: ignore[override]
        if self.value() is None:
            return queryset.waiting()
        return queryset if self.value() == "all" else queryset.filter(state=self.value())


class NoteInline(admin.TabularInline):
    """Notes of editors: read those that are there, add one. Who may read or handle the message may do so with notes."""

    model = InternalNote
    extra = 1
    fields = ["text"]
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[InternalNote]:
        return super().get_queryset(request).select_related("author")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("feedback.change_feedbackmessage")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FeedbackMessage)
class FeedbackMessageAdmin(admin.ModelAdmin):
    """What was received stands in the page's template and in no form; state, assignee and notes are in the form."""

    form = HandlingForm
    inlines = [NoteInline]
    list_display = ["about", "excerpt", "files", "state_label", "assignee", "received"]
    list_filter = [
        WaitingFilter,
        ("assignee", admin.RelatedOnlyFieldListFilter),
        ("edition__profile__theme", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["edition__profile__country", "edition__profile__theme", "assignee"]
    list_per_page = 50
    fieldsets = [(gettext_lazy("What becomes of it"), {"fields": ["state", "assignee"]})]
    search_fields = ["reference", "text", "name", "address", "edition__profile__country__name"]
    search_help_text = gettext_lazy("Search references, words, senders and countries.")
    show_facets = admin.ShowFacets.NEVER
    actions = ["assign_to_me", "close", "mark_as_spam"]

    class Media:
        css = {"all": ["feedback/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[FeedbackMessage]:
        return FeedbackMessage.objects.as_inbox().select_related("assignee")

    def get_urls(self) -> list[URLPattern]:
        return [path("attachments/<int:pk>/", download, name="feedback_attachment_download"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # readers add

    # --- the list: strangers' words in one line, isolated so that their direction turns nothing else around

    @admin.display(description=gettext_lazy("about"), ordering="edition__profile__country__name")
    def about(self, message: FeedbackMessage) -> str:
        return str(message.profile)

    @admin.display(description=gettext_lazy("message"))
    def excerpt(self, message: Any) -> str:
        return format_html(
            '<bdi>{}</bdi> <bdi class="feedback-sender">{}</bdi>',
            Truncator(visible(message.beginning)).chars(EXCERPT_CHARACTERS),
            message.name or message.address or _("no name"),
        )

    @admin.display(description=gettext_lazy("attached"), ordering="file_count")
    def files(self, message: Any) -> str:
        count: int = message.file_count
        return ngettext("%d file", "%d files", count) % count

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_label(self, message: FeedbackMessage) -> str:
        return format_html('<span class="feedback-state is-{}">{}</span>', message.state, message.get_state_display())

    @admin.display(description=gettext_lazy("received"), ordering="received_at")
    def received(self, message: FeedbackMessage) -> str:
        return date_format(timezone.localtime(message.received_at), "SHORT_DATETIME_FORMAT")

    # --- what may be done

    @admin.action(description=gettext_lazy("Assign to me"), permissions=["change"])
    @transaction.atomic  # with their entries in the history, here and below
    def assign_to_me(self, request: HttpRequest, queryset: QuerySet[FeedbackMessage]) -> None:
        for message in queryset:
            message.assign_to(request.user)  # type: ignore[arg-type]  # permitted, so a real user
            self.log_change(request, message, _assigned(message))
        self._say_done(request, len(queryset))

    @admin.action(description=gettext_lazy("Close"), permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[FeedbackMessage]) -> None:
        self._move(request, queryset, FeedbackMessage.State.CLOSED)

    @admin.action(description=gettext_lazy("Mark as spam"), permissions=["change"])
    def mark_as_spam(self, request: HttpRequest, queryset: QuerySet[FeedbackMessage]) -> None:
        self._move(request, queryset, FeedbackMessage.State.SPAM)

    @transaction.atomic
    def _move(self, request: HttpRequest, queryset: QuerySet[FeedbackMessage], state: FeedbackMessage.State) -> None:
        for message in queryset:
            message.move_to(state)
            self.log_change(request, message, _moved(message))
        self._say_done(request, len(queryset))

    def _say_done(self, request: HttpRequest, count: int) -> None:
        sentence = ngettext("%d message was changed.", "%d messages were changed.", count)
        self.message_user(request, sentence % count)

    def save_model(self, request: HttpRequest, obj: FeedbackMessage, form: ModelForm, change: bool) -> None:
        obj.save(update_fields=["assignee"])
        obj.move_to(obj.state)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        for note in formset.save(commit=False):
            note.author = request.user
            note.save()

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """What became of the message, in the words of the actions; a note is told, not quoted."""
        told = {"state": _moved, "assignee": _assigned}
        parts = [tell(form.instance) for field, tell in told.items() if field in form.changed_data]
        if any(formset.new_objects for formset in formsets or ()):
            parts.append(_("A note was added."))
        return " ".join(parts) or _("Nothing was changed.")

    def delete_model(self, request: HttpRequest, obj: FeedbackMessage) -> None:
        obj.forget()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[FeedbackMessage]) -> None:
        for message in queryset:
            message.forget()


def _moved(message: FeedbackMessage) -> str:
    return _("State: %s.") % message.get_state_display()


def _assigned(message: FeedbackMessage) -> str:
    return _("Assigned to %s.") % message.assignee if message.assignee else _("Assigned to nobody.")
