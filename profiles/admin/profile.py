"""The change page of a profile: one form over the whole working copy, stored in one transaction."""

from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any

from csp.decorators import csp_update
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import Script
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from profiles.models import Profile
from profiles.review.checks import check
from profiles.review.publishing import refusals_of_date

from .editor import POLICY
from .facts import FactInline
from .listing import ProfileList, state_of
from .merging import MergingForm
from .notes import FootnoteFormSet, FootnoteInline
from .people import when, who
from .publishing import NO_DATE, PublishingPages
from .rows import RowFormSet
from .sections import SectionInline

QUESTIONS = {"edited-meanwhile", "losing-markers"}  # codes of errors that a tick answers
ADDRESS = ["country", "theme", "language"]


class ProfileForm(MergingForm):
    """The profile's own fields, and the version of the working copy that was read.

    The second of two savers is refused until ``save_over`` names the version
    that they were shown beside their own text.
    """

    remembered = (*ADDRESS, "overview_heading", "proposed_date")
    lock_version = forms.CharField(required=False, widget=forms.HiddenInput)  # compared, so any nonsense is just old

    class Meta:
        error_messages = {"proposed_date": {"invalid": NO_DATE}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lock_version"].initial = self.instance.lock_version

    @cached_property
    def was_edited_meanwhile(self) -> bool:
        return self.is_bound and str(self["lock_version"].value()) != str(self.instance.lock_version)

    @property
    def may_save_over(self) -> bool:
        return str(self.data.get("save_over")) == str(self.instance.lock_version)

    def clean_proposed_date(self) -> date | None:
        """Refuse at once what publishing would refuse; one that stood there already is no matter of this save."""
        day: date | None = self.cleaned_data["proposed_date"]
        if day and "proposed_date" in self.typed:
            last_updated, today = self.instance.last_updated, timezone.localdate()
            for code, reason in refusals_of_date(day, last_updated=last_updated, today=today):
                raise ValidationError(reason, code=code)
        return day

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.instance._state.adding and self.was_edited_meanwhile and not self.may_save_over:
            raise ValidationError(
                _("%(who)s saved this profile at %(when)s, after you opened it. Nothing of yours is lost: see below."),
                code="edited-meanwhile",
                params={"who": who(self.instance.edited_by), "when": when(self.instance.edited_at)},
            )
        return cleaned


@admin.register(Profile)
class ProfileAdmin(PublishingPages, ProfileList, admin.ModelAdmin):
    """Researchers write here; publishing is a page of its own."""

    form = ProfileForm
    inlines = [FactInline, SectionInline, FootnoteInline]
    add_fieldsets = [(None, {"fields": ADDRESS})]
    fieldsets = [(None, {"fields": [tuple(ADDRESS), ("overview_heading", "proposed_date")]})]

    class Media:
        css = {"all": ["profiles/admin/editing.css"]}
        js = [
            Script("profiles/admin/rows.js", type="module"),
            Script("profiles/admin/notes.js", type="module"),
            Script("profiles/admin/leaving.js", type="module"),
            Script("profiles/admin/saving.js", type="module"),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: Profile | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_inlines(self, request: HttpRequest, obj: Profile | None) -> Any:
        """None on a new profile: its topics are offered once its theme is known."""
        return self.inlines if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Profile | None = None) -> list[str]:
        """A published address stays; and facts belong to the theme they were written under."""
        if obj is None:
            return []
        if obj.editions.exists():
            return ADDRESS
        return ["theme"] if obj.facts.exists() else []

    @method_decorator(csp_update(POLICY))
    def change_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().change_view(*args, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Profile | None:
        """The profile; locked while it is being saved, so that two savers come one after the other."""
        profile: Profile | None = super().get_object(request, object_id, from_field)
        if profile and request.method == "POST":
            profile.refresh_from_db(from_queryset=self.get_queryset(request).select_for_update(of=("self",)))
        return profile

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        """Let the notes know the texts that cite them."""
        formsets, inlines = super()._create_formsets(request, obj, change)  # type: ignore[misc]
        texts = [formset for formset in formsets if not isinstance(formset, FootnoteFormSet)]
        for formset in formsets:
            if isinstance(formset, FootnoteFormSet):
                formset.texts = texts
        return formsets, inlines

    def save_model(self, request: HttpRequest, obj: Profile, form: ProfileForm, change: bool) -> None:
        """Store the fields of the form and no others: what is public belongs to publishing."""
        if not change:
            obj.save()
        obj.claim(obj.lock_version, by=request.user)  # type: ignore[arg-type]  # the admin knows no strangers
        obj.save(update_fields=[name for name in form.fields if name in ProfileForm.remembered])

    def save_related(self, request: HttpRequest, form: ProfileForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.renumber()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        obj: Profile | None = kwargs["obj"]
        if obj:
            context |= {
                "may_publish": self.has_publish_permission(request),
                "state": state_of(obj),
                "who": who(obj.edited_by),
                "when": when(obj.edited_at),
            }
            context |= self._asked_again(context) if request.method == "POST" else {"problems": check(obj.content())}
        return super().render_change_form(request, context, **kwargs)

    def _asked_again(self, context: dict[str, Any]) -> dict[str, Any]:
        """What the page says of a save that was not stored; all that was typed is still in the form."""
        form = context["adminform"].form
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        rows = [row for formset in formsets for row in formset.forms]
        return {
            "errors": [] if _only_asks(form, formsets) else context["errors"],
            "conflict": form.was_edited_meanwhile,
            "differing": [row for row in rows if row.theirs],
            "gone": [row for row in rows if row.is_gone],
            "added": [row for formset in formsets for row in formset.added_meanwhile()],
            "notes": next((formset for formset in formsets if isinstance(formset, FootnoteFormSet)), None),
        }

    def response_add(self, request: HttpRequest, obj: Profile, post_url_continue: str | None = None) -> HttpResponse:
        """A new profile has nothing yet but its address: go on to its text."""
        super().response_add(request, obj, post_url_continue)
        return redirect("admin:profiles_profile_change", obj.pk)

    def response_change(self, request: HttpRequest, obj: Profile) -> HttpResponse:
        for page in ("preview", "publish"):
            if f"_{page}" in request.POST:
                return redirect(f"admin:profiles_profile_{page}", obj.pk)
        return super().response_change(request, obj)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say what to do instead when there are editions, which stay for ever."""
        profile = super().get_object(request, object_id)
        if profile and profile.editions.exists():
            messages.error(request, _("%s was published, and editions stay for ever. Withdraw it instead.") % profile)
            return redirect("admin:profiles_profile_change", profile.pk)
        return super().delete_view(request, object_id, *args, **kwargs)


def _only_asks(form: ProfileForm, formsets: list[RowFormSet]) -> bool:
    """Whether nothing is wrong with what was typed, and the page just wants to be sure."""
    found = chain(
        chain.from_iterable(form.errors.as_data().values()), *(f.non_form_errors().as_data() for f in formsets)
    )
    return {error.code for error in found} <= QUESTIONS and not any(any(formset.errors) for formset in formsets)
