"""Pages that lead from the working copy to the public: preview, publish, withdraw."""

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from profiles import limits
from profiles.models import Edition, Profile
from profiles.rendering import render
from profiles.review.checks import Level, Problem, check
from profiles.review.comparing import changed_parts
from profiles.review.publishing import Change, Kind, Unpublishable

from .people import when, who

LEVELS = {
    Level.BLOCKS: gettext_lazy("These have to be mended first"),
    Level.CONFIRM: gettext_lazy("Look at these, then tick below that you did"),
    Level.WARNS: gettext_lazy("You may want to look at these"),
    Level.HINTS: gettext_lazy("Small things"),
}
NO_DATE = gettext_lazy("Enter a valid date. It is written year-month-day, such as 2010-10-18.")


class PublishForm(forms.Form):
    """What a publisher says, and the state of things that they saw when they said it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Do readers have to know?"),
        choices=[
            (Kind.SUBSTANTIVE, gettext_lazy("Yes. “Last updated” becomes the date below, and subscribers are told.")),
            (Kind.CORRECTION, gettext_lazy("No, it is a correction. No date moves, and nobody is told.")),
        ],
        widget=forms.RadioSelect,
    )
    last_updated = forms.DateField(
        label=gettext_lazy("Last updated"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("For a substantive edition: the date that readers see."),
        error_messages={"invalid": NO_DATE},
    )
    note = forms.CharField(
        label=gettext_lazy("Change note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=gettext_lazy("One or two sentences on what is new. Public: printed in the history and in the mail."),
        validators=[limits.at_most(limits.CHANGE_NOTE)],
    )
    confirmed = forms.BooleanField(label=gettext_lazy("I looked at what needs a second look."), required=False)
    newest = forms.CharField(widget=forms.HiddenInput, required=False)  # both are compared, and never counted with
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def change(self) -> Change:
        """What was said; the date that stands in the form says nothing of a correction."""
        said = self.cleaned_data
        if said["kind"] == Kind.CORRECTION:
            return Change.correction(note=said["note"], confirmed=said["confirmed"])
        return Change.substantive(on=said["last_updated"], note=said["note"], confirmed=said["confirmed"])

    def overtaken(self, profile: Profile, newest: Edition | None) -> list[Problem]:
        """Why what the publisher saw is not what would be published now."""
        found = []
        if newest and str(newest.number) != self.cleaned_data["newest"]:
            by = {"who": who(newest.published_by), "when": when(newest.published_at), "number": newest.number}
            text = _("%(who)s published edition %(number)d at %(when)s, after you opened this page.") % by
            found.append(Problem(Level.BLOCKS, "published-meanwhile", text))
        if str(profile.lock_version) != self.cleaned_data["version"]:
            by = {"who": who(profile.edited_by), "when": when(profile.edited_at)}
            text = _("%(who)s saved the text at %(when)s, after you opened this page. Look at it, then publish.") % by
            found.append(Problem(Level.BLOCKS, "edited-meanwhile", text))
        return found


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=gettext_lazy("Public: everyone who comes to one of this profile's addresses reads it."),
        validators=[limits.at_most(limits.REASON)],
    )


def newest_edition(profile: Profile) -> Edition | None:
    return profile.editions.order_by("-number").first()


@transaction.atomic
def publish_as_seen(profile: Profile, form: PublishForm, *, by: Any) -> Edition:
    """Publish, unless somebody saved or published since the form was shown: two clicks make one edition.

    Raises Unpublishable with every reason; nothing is changed then.
    """
    locked = Profile.objects.select_for_update(of=("self",)).select_related("edited_by").get(pk=profile.pk)
    if overtaken := form.overtaken(locked, newest_edition(locked)):
        raise Unpublishable(overtaken)
    return profile.publish(by=by, change=form.change())


class PublishingPages(admin.ModelAdmin):
    """Three pages of ProfileAdmin, each with its own permission."""

    def get_urls(self) -> list[URLPattern]:
        pages = [("preview", self.preview_view), ("publish", self.publish_view), ("withdraw", self.withdraw_view)]
        return [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"profiles_profile_{name}")
            for name, view in pages
        ] + super().get_urls()

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("profiles.publish_profile"))

    @method_decorator(require_safe)
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The working copy in the public template."""
        profile = self._find(request, pk)
        if not self.has_change_permission(request, profile):
            raise PermissionDenied
        context = {
            "profile": profile,
            "text": render(profile.content()),
            "date": profile.proposed_date or profile.last_updated,
            "may_publish": self.has_publish_permission(request),
        }
        return TemplateResponse(request, "admin/profiles/profile/preview.html", context)

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        profile = self._find_to_publish(request, pk)
        form = PublishForm(request.POST or None, initial=self._proposal(profile))
        refused: list[Problem] = []
        if request.method == "POST" and form.is_valid():
            try:
                edition = publish_as_seen(profile, form, by=request.user)
            except Unpublishable as exception:
                refused = exception.problems
                profile.refresh_from_db()
                form = self._shown_again(form, profile)
            else:
                return self._published(request, profile, edition)
        return self._publish_page(request, profile, form, refused)

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        profile = self._find_to_publish(request, pk)
        if not profile.is_live:
            messages.warning(request, _("%s is not public, so there is nothing to withdraw.") % profile)
            return self._to_change_page(profile)
        form = WithdrawForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._withdrawn(request, profile, form.cleaned_data["reason"])
        context = {"title": _("Withdraw %s") % profile, "form": form}
        return self._page(request, "withdraw", profile, context)

    def _find(self, request: HttpRequest, pk: int) -> Profile:
        profile: Profile | None = self.get_queryset(request).filter(pk=pk).first()
        if profile is None:
            raise Http404(_("There is no such profile."))
        return profile

    def _find_to_publish(self, request: HttpRequest, pk: int) -> Profile:
        if not self.has_publish_permission(request):
            raise PermissionDenied
        return self._find(request, pk)

    def _proposal(self, profile: Profile) -> dict[str, Any]:
        """What the form offers: a proposed date, or a first edition, speaks for a substantive one."""
        newest = newest_edition(profile)
        return {
            "kind": Kind.SUBSTANTIVE if newest is None or profile.proposed_date else None,
            "last_updated": profile.proposed_date or timezone.localdate(),
            "note": _("First published.") if newest is None else "",
            "newest": newest.number if newest else None,
            "version": profile.lock_version,
        }

    def _shown_again(self, form: PublishForm, profile: Profile) -> PublishForm:
        """The same words, with the state of things that the page shows now."""
        seen = {name: self._proposal(profile)[name] for name in ("newest", "version")}
        return PublishForm({**{name: form.data.get(name) for name in form.fields}, **seen})

    def _published(self, request: HttpRequest, profile: Profile, edition: Edition) -> HttpResponseRedirect:
        self.log_change(request, profile, _("Published edition %d.") % edition.number)
        text = format_html('<a href="{}">{}</a>', profile.get_absolute_url(), _("Read it."))
        messages.success(request, format_html(_("Edition {} of {} is live. {}"), edition.number, str(profile), text))
        return self._to_change_page(profile)

    def _withdrawn(self, request: HttpRequest, profile: Profile, reason: str) -> HttpResponseRedirect:
        try:
            profile.withdraw(reason=reason)
        except ValueError:  # somebody else withdrew it a moment ago
            messages.warning(request, _("%s is not public any more.") % profile)
        else:
            self.log_change(request, profile, _("Withdrawn: %s") % profile.withdrawal_reason)
            messages.success(request, _("%s is withdrawn: its addresses now show your reason.") % profile)
        return self._to_change_page(profile)

    def _publish_page(
        self, request: HttpRequest, profile: Profile, form: PublishForm, refused: list[Problem]
    ) -> HttpResponse:
        newest, content = newest_edition(profile), profile.content()
        previous = newest.readable_content if newest else None
        problems = check(content, previous)
        context = {
            "title": _("Publish %s") % profile,
            "form": form,
            "refused": [problem for problem in refused if problem not in problems],
            "problems": [
                (LEVELS[level], list(group)) for level, group in groupby(problems, key=lambda problem: problem.level)
            ],
            "needs_confirmation": any(problem.level is Level.CONFIRM for problem in problems),
            "newest": newest,
            "changes": changed_parts(previous, content) if previous else None,
        }
        return self._page(request, "publish", profile, context)

    def _page(self, request: HttpRequest, name: str, profile: Profile, context: dict[str, Any]) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "original": profile, "profile": profile}
        return TemplateResponse(request, f"admin/profiles/profile/{name}.html", {**frame, **context})

    def _to_change_page(self, profile: Profile) -> HttpResponseRedirect:
        return redirect("admin:profiles_profile_change", profile.pk)
