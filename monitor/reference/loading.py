"""From the files of this folder to rows.

One rule: what is missing is made, and what is there is left as it is, because
editors rename countries, rewrite pages and sharpen summaries, and their work is
never undone. A row is there when one has its identity: the ISO code of a
country; slug or name of a region or theme; the address of a page; label or
place of a topic, so that a renamed topic does not come back under its old name.

What was deleted is missing, so it is made again. A page that nobody wants is
better taken out of the menu.

The two groups belong to the product: they get every permission listed in
`monitor.reference.groups`, also those that a new release adds, and keep what
was granted to them besides. Staff who should have fewer rights need a group of
their own.
"""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import models, transaction

from monitor.models import SitePage
from monitor.reference.groups import GROUPS
from profiles.models import Country, Region, Theme, Topic

FOLDER = Path(__file__).parent
STEP = 10  # between two positions, so that a row can be put between them


@transaction.atomic
def load() -> dict[str, int]:
    """Make what is missing, all of it or nothing; how many rows of each kind were made."""
    return {
        "regions": _make_missing(Region, _regions(), ("slug",), ("name",)),
        "countries": _make_missing(Country, _countries(), ("iso3",)),
        "themes": _make_missing(Theme, _themes(), ("slug",), ("name",)),
        "topics": _make_missing(Topic, _topics(), ("theme_id", "label"), ("theme_id", "position")),
        "site pages": _make_missing(SitePage, _site_pages(), ("language", "slug")),
        "permissions of groups": sum(_grant_missing(name, permissions) for name, permissions in GROUPS.items()),
    }


def _make_missing(model: type[models.Model], rows: Iterable[dict[str, Any]], *identities: tuple[str, ...]) -> int:
    """Make each of ``rows`` unless a row shares one of its ``identities`` (field names); how many were made."""
    stored = {fields: set(model._default_manager.values_list(*fields)) for fields in identities}
    missing = [
        row for row in rows if not any(tuple(row[field] for field in fields) in stored[fields] for fields in identities)
    ]
    for row in missing:
        model._default_manager.create(**row)
    return len(missing)


def _grant_missing(name: str, permissions: Iterable[str]) -> int:
    """Give the group ``name`` the ``app.codename`` permissions it lacks; how many those were."""
    group, _created = Group.objects.get_or_create(name=name)
    held = {
        f"{app}.{codename}" for app, codename in group.permissions.values_list("content_type__app_label", "codename")
    }
    missing = [_permission(*code.split(".")) for code in permissions if code not in held]
    group.permissions.add(*missing)
    return len(missing)


def _permission(app: str, codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def _regions() -> list[dict[str, Any]]:
    return _placed(_table("regions.csv"))


def _countries() -> list[dict[str, Any]]:
    ids = _ids(Region, _regions())
    return [{"region_id": ids[row.pop("region")], **row} for row in _table("countries.csv")]


def _themes() -> list[dict[str, Any]]:
    return _placed({field: value for field, value in theme.items() if field != "topics"} for theme in _theme_file())


def _topics() -> list[dict[str, Any]]:
    ids = _ids(Theme, _themes())
    return [
        {"theme_id": ids[theme["slug"]], **topic}
        for theme in _theme_file()
        for topic in _placed({"label": label} for label in theme["topics"])
    ]


def _site_pages() -> list[dict[str, Any]]:
    return _placed(
        {**row, "language": "en", "body": (FOLDER / "pages" / f"{row['slug']}.html").read_text(encoding="utf-8")}
        for row in _table("pages.csv")
    )


def _ids(model: type[Region] | type[Theme], rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """The primary keys behind the slugs of ``rows``: found by slug or, where editors changed that, by name."""
    stored = {
        key: pk for pk, slug, name in model._default_manager.values_list("pk", "slug", "name") for key in (name, slug)
    }
    return {row["slug"]: stored.get(row["slug"]) or stored[row["name"]] for row in rows}


def _placed(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "position": place * STEP} for place, row in enumerate(rows, start=1)]


def _table(name: str) -> list[dict[str, Any]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _theme_file() -> Any:
    return json.loads((FOLDER / "themes.json").read_text(encoding="utf-8"))
