"""The site's own pages, written with the editor that profiles have."""

from typing import Any

from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import resolve
from django.utils.decorators import method_decorator
from django.utils.translation import get_language_from_path, gettext_lazy
from django.utils.translation import gettext as _

from monitor.models import SitePage
from profiles import limits
from profiles.admin.editor import POLICY, EditorWidget, HtmlField
from profiles.richtext import clean


class SitePageForm(forms.ModelForm):
    body = HtmlField(
        label=gettext_lazy("Text"),
        sanitise=clean,
        longest=limits.BODY,
        widget=EditorWidget(notes=False),
        required=False,
    )

    def clean_slug(self) -> str:
        """Refuse an address that the site needs itself: its page could never be read."""
        slug: str = self.cleaned_data["slug"]
        path = f"/{slug}/"
        if path == settings.STATIC_URL or get_language_from_path(path) or resolve(path).url_name != "page":
            raise ValidationError(_("The address /%s/ belongs to the site itself. Choose another.") % slug)
        return slug


@admin.register(SitePage)
class SitePageAdmin(admin.ModelAdmin):
    form = SitePageForm
    fields = ["title", "slug", "language", "body", ("in_menu", "position")]
    prepopulated_fields = {"slug": ["title"]}
    list_display = ["title", "slug", "language", "in_menu", "position", "changed_at"]
    list_editable = ["position"]
    list_filter = ["language", "in_menu"]
    search_fields = ["title", "body"]

    @method_decorator(csp_update(POLICY))
    def changeform_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(*args, **kwargs)
