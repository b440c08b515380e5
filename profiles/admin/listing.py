"""The list of profiles: what is where, who touched it last, and what waits to be published."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from profiles.models import Fact, Footnote, Profile, Section

from .people import when, who

# In the order in which they are asked: a profile is in the first state whose condition holds.
STATES = {
    "withdrawn": (_("withdrawn"), Q(withdrawn_at__isnull=False)),
    "new": (_("never published"), Q(live_edition__isnull=True)),
    "waiting": (_("changes wait"), Q(edited_at__gt=F("live_edition__published_at"))),
    "published": (_("published"), Q()),
}


def state_of(profile: Profile) -> str:
    """The key in STATES; "waiting" says that somebody saved since the live edition, not that a letter differs."""
    if profile.withdrawn_at:
        return "withdrawn"
    if profile.live_edition is None:
        return "new"
    if profile.edited_at and profile.edited_at > profile.live_edition.published_at:
        return "waiting"
    return "published"


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state, label) for state, (label, _condition) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        wanted = self.value()
        for state, (_label, condition) in STATES.items():
            if state == wanted:
                return queryset.filter(condition)
            if wanted in STATES:
                queryset = queryset.exclude(condition)
        return queryset


class ProfileList(admin.ModelAdmin):
    """What ProfileAdmin shows before a profile is opened."""

    list_display = ["country", "theme", "state", "last_updated", "proposed_date", "edited"]
    list_display_links = ["country", "theme"]
    list_filter = [StateFilter, "theme", "country__region", "language"]
    list_select_related = ["country", "theme", "live_edition", "edited_by"]
    list_per_page = 100
    search_fields = ["country__name", "theme__name"]
    search_help_text = _("Searches names, headings, facts, texts and footnotes.")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Profiles with their names; never with the text of their editions."""
        related = super().get_queryset(request).select_related(*self.list_select_related)
        return related.defer("live_edition__snapshot")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, term: str) -> tuple[QuerySet, bool]:
        """Profiles that hold every word somewhere; by subqueries, for joins would multiply notes with sections."""
        for word in term.split():
            queryset = queryset.filter(
                Q(country__name__icontains=word)
                | Q(theme__name__icontains=word)
                | Q(
                    pk__in=Section.objects.filter(Q(heading__icontains=word) | Q(body__icontains=word)).values(
                        "profile"
                    )
                )
                | Q(pk__in=Fact.objects.filter(value__icontains=word).values("profile"))
                | Q(pk__in=Footnote.objects.filter(text__icontains=word).values("profile"))
            )
        return queryset, False

    @admin.display(description=_("edited"), ordering="edited_at")
    def edited(self, profile: Profile) -> str | None:
        return f"{when(profile.edited_at)}, {who(profile.edited_by)}" if profile.edited_at else None

    @admin.display(description=_("state"))
    def state(self, profile: Profile) -> Any:
        return STATES[state_of(profile)][0]
