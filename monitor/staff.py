"""The admin's door: its name, how passwords are asked for at it, and what every list behind it may be asked."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

from monitor import guessing
from monitor.asking import careful
from monitor.kept import KeepingSite


class LoginForm(AdminAuthenticationForm):
    """Django's own, which looks at a password only if there were not too many wrong ones."""

    def clean(self) -> dict[str, Any]:
        account = self.cleaned_data.get("username")
        if not account or self.request is None:
            return super().clean()
        with guessing.counted(guessing.logging_in(self.request, account)):
            return super().clean()


class PasswordForm(AdminPasswordChangeForm):
    def clean_old_password(self) -> str:
        with guessing.counted(guessing.changing(self.user.get_username())):
            return super().clean_old_password()


class StaffSite(KeepingSite):
    site_header = _("Treaty Monitor")
    site_title = _("Treaty Monitor")
    index_title = _("Editing and publishing")
    login_form = LoginForm
    enable_nav_sidebar = False  # the index says the same, and texts and lists need the width

    def register(self, model_or_iterable: Any, admin_class: type[ModelAdmin] | None = None, **options: Any) -> None:
        """As Django's; whoever brings an admin, its list takes from its address only what it offers."""
        super().register(model_or_iterable, careful(admin_class or ModelAdmin), **options)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        view_on_site = self.admin_view(self.view_on_site)
        route = "r/<int:content_type_id>/<path:object_id>/"
        return [path(route, view_on_site, name="view_on_site"), *super().get_urls()]

    def view_on_site(self, request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponse:
        """To an object's public page, for those who may see the object here; to others nothing is said of what there is."""
        kind = ContentType.objects.filter(pk=content_type_id).first()
        model = kind and kind.model_class()
        if model not in self._registry or not self._registry[model].has_view_permission(request):
            raise Http404
        return shortcut(request, content_type_id, object_id)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response = super().login(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            guessing.remember(response, request.user.get_username())
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """As Django's, which names its form in the middle of it."""
        request.current_app = self.name
        view = PasswordChangeView.as_view(
            form_class=PasswordForm,
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)
