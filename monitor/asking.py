"""What the lists of the admin may be asked by their addresses: what they offer themselves, and nothing else.

Django takes nearly every lookup of the ORM from a query string. So whoever may
see a list could read, letter by letter, what no page shows them (a mail's
signed link, which message an edition got), or stop the server with a pattern.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

# What Django's own filters append to their field's path.
LOOKUPS = ["", "__exact", "__isnull", "__isempty", "__gte", "__lt"]
MOST_WORDS, MOST_CHARACTERS = 20, 200  # of a search: each word is looked for in each field


class CarefulAdmin(admin.ModelAdmin):
    """Takes filters, dates and keys of its list from an address, and searches of a bounded length.

    Whatever else is asked, or cannot be answered, leads to the whole list with a sentence about it.
    `careful` puts this in front of any ModelAdmin.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return request is not None and lookup in self._offered(request)

    def _offered(self, request: HttpRequest) -> Iterator[str]:
        for key in ("pk", self.opts.pk.name):
            yield from (key, f"{key}__exact")
        if self.date_hierarchy:
            yield from (f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day"))
        for offered in self.get_list_filter(request):
            if isinstance(offered, type):
                yield getattr(offered, "parameter_name", "")
            else:
                yield from self._lookups_along(offered)

    def _lookups_along(self, offered: Any) -> Iterator[str]:
        """Those of a filter over a path of fields, which may stand with the filter's class."""
        path = offered[0] if isinstance(offered, list | tuple) else offered
        yield from (f"{path}{lookup}" for lookup in LOOKUPS)
        field: Any = get_fields_from_path(self.model, path)[-1]
        if field.is_relation:
            yield f"{path}__{field.target_field.name}__exact"

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            return super().get_changelist_instance(request)
        except (IncorrectLookupParameters, SuspiciousOperation, ValueError, OverflowError, DataError) as error:
            if not request.GET:
                raise
            self.message_user(
                request,
                _("The address asked this list for something that it cannot answer. Here is the whole list."),
                messages.ERROR,
            )
            raise IncorrectLookupParameters from error

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        fits = len(search_term) <= MOST_CHARACTERS and len(search_term.split()) <= MOST_WORDS
        if fits and "\0" not in search_term:  # PostgreSQL takes none
            return super().get_search_results(request, queryset, search_term)
        if SEARCH_VAR in request.GET:  # and not a field that completes what is typed into it
            told = _("Search for at most %(words)d words and %(characters)d characters: nothing was searched yet.")
            self.message_user(request, told % {"words": MOST_WORDS, "characters": MOST_CHARACTERS}, messages.ERROR)
        return queryset.none(), False


def careful(admin_class: type[admin.ModelAdmin]) -> type[admin.ModelAdmin]:
    """``admin_class``, asked with care; it keeps its name."""
    return type(admin_class.__name__, (CarefulAdmin, admin_class), {"__module__": admin_class.__module__})
