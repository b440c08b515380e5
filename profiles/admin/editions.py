"""Editions, to be looked at: they are made by publishing and never changed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from profiles.content import UnreadableContent
from profiles.models import Edition


@admin.register(Edition)
class EditionAdmin(admin.ModelAdmin):
    list_display = ["title", "kind", "last_updated", "change_note", "published_at", "published_by"]
    list_filter = ["kind", "profile__theme", "profile__country__region", "published_at"]
    list_select_related = ["profile__country", "profile__theme", "published_by"]
    ordering = ["-published_at", "-pk"]
    search_fields = ["profile__country__name", "change_note"]
    date_hierarchy = "last_updated"
    fields = ["profile", "number", "kind", "last_updated", "change_note", "published_at", "published_by", "text"]
    readonly_fields = ["text"]

    class Media:
        css = {"all": ["profiles/admin/editing.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Editions with their names; their texts are read one at a time."""
        return super().get_queryset(request).select_related(*self.list_select_related).defer("snapshot")

    @admin.display(description=_("edition"), ordering="profile__country__name")
    def title(self, edition: Edition) -> str:
        return f"{edition.profile} · {edition.number}"

    @admin.display(description=_("text"))
    def text(self, edition: Edition) -> SafeString:
        """As readers see it, not the snapshot's JSON; or why they cannot."""
        try:
            text, problem = edition.rendered(), None
        except UnreadableContent as unreadable:
            text, problem = None, unreadable
        return render_to_string("admin/profiles/edition/_text.html", {"text": text, "problem": problem})
