"""What addresses may ask: lists of the admin answer their own filters alone, and no number or word brings a page down."""

import re
from html import unescape
from itertools import product

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from monitor.asking import MOST_WORDS
from profiles.models import Edition, Profile
from tests.factories import (
    make_feedback,
    make_live_profile,
    make_profile,
    make_site_page,
    make_staff,
    make_subscriber,
    make_superuser,
    make_theme,
)

pytestmark = pytest.mark.django_db

ADMINS = list(admin.site._registry.values())
HOSTILE = ["regex", "iregex", "startswith", "contains", "gt", "lte", "in", "range", "date", "isnull", "id", "pk__gt"]
REFUSED = "asked this list for something that it cannot answer"


def list_of(model_admin):
    return reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist")


def one_of_each():
    make_site_page()
    Group.objects.get_or_create(name="Editors")
    live = make_live_profile()
    make_profile(theme=make_theme(slug="mine-action", name="Mine Action"))
    make_feedback(edition=live.live_edition).assign_to(make_staff(username="deals"))
    make_subscriber(country=live.country, theme=live.theme)
    return live


@pytest.fixture
def superuser(client):
    client.force_login(make_superuser())
    return client


def fields_and_those_behind(model):
    """Names of all fields of a model, also those that point to it, and of those one relation further."""
    for field in model._meta.get_fields():
        yield field.name
        if field.is_relation and field.related_model:
            yield from (f"{field.name}__{further.name}" for further in field.related_model._meta.get_fields())


@pytest.mark.parametrize("model_admin", ADMINS, ids=str)
def test_no_list_takes_a_lookup_that_it_does_not_offer(model_admin, rf):
    request = rf.get("/")
    request.user = make_superuser()
    offered = set(model_admin._offered(request))
    for path, lookup in product(fields_and_those_behind(model_admin.model), ["", *HOSTILE]):
        key = f"{path}__{lookup}".removesuffix("__")
        assert model_admin.lookup_allowed(key, "1", request) == (key in offered)
    dangerous = re.compile(
        "regex|startswith|contains|password|wording|cursor|sealed|fingerprint|feedback_messages|announcements"
    )
    assert not [key for key in offered if dangerous.search(key)]


@pytest.mark.parametrize("model_admin", ADMINS, ids=str)
def test_a_lookup_that_is_not_offered_gets_the_whole_list_and_a_sentence(model_admin, superuser):
    one_of_each()
    for path in {name.partition("__")[0]: name for name in fields_and_those_behind(model_admin.model)}.values():
        answer = superuser.get(list_of(model_admin), {f"{path}__regex": "(a+)+$"})
        assert (answer.status_code, answer.url) == (302, f"{list_of(model_admin)}?e=1")
    assert REFUSED in superuser.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("profiles/edition/?feedback_messages__id=1", "profiles.view_edition"),
        ("profiles/edition/?feedback_messages__isnull=0", "profiles.view_edition"),
        ("profiles/edition/?change_note__regex=([a-zA-Z .,]%2B)%2B$^", "profiles.view_edition"),
        ("profiles/profile/?announcements__id__gt=0", "profiles.view_profile"),
        ("profiles/profile/?cursor__isnull=0", "profiles.view_profile"),
        ("notifications/message/?id=1&wording__regex=confirm/W", "notifications.view_message"),
        ("notifications/subscriber/?key__startswith=a", "notifications.view_subscriber"),
        ("feedback/feedbackmessage/?assignee__password__startswith=p", "feedback.view_feedbackmessage"),
        ("auth/user/?password__startswith=p", "auth.view_user"),
        ("auth/group/?user__password__startswith=p", "auth.view_group"),
    ],
)  # fmt: skip
def test_one_with_the_right_to_look_learns_nothing_more(client, address, right):
    one_of_each()
    client.force_login(make_staff(right))
    assert client.get(f"/admin/{address}").url.endswith("?e=1")


@pytest.mark.parametrize("model_admin", ADMINS, ids=str)
def test_every_filter_and_date_and_order_that_a_list_shows_works(model_admin, superuser):
    one_of_each()
    place = list_of(model_admin)
    links = {unescape(link) for link in re.findall(r'href="(\?[^"]+)"', superuser.get(place).content.decode())}
    shown = len(model_admin.list_filter) + bool(model_admin.date_hierarchy)
    assert len(links) >= shown
    for link in links:
        answer = superuser.get(f"{place}{link}")
        assert answer.status_code == 200, link
        assert REFUSED not in answer.content.decode(), link


YEAR, HUGE = "99999999999", "9" * 30  # beyond datetime, beyond what a database takes
VALUES = [YEAR, HUGE, "9" * 5000, "-1", "\0", "²", "2026-13-45", "0001-01-01 00:00:00+14:00", "99999999999-01-01"]


@pytest.mark.parametrize("model_admin", ADMINS, ids=str)
def test_no_value_of_a_filter_brings_a_list_down(model_admin, superuser, rf):
    request = rf.get("/")
    request.user = make_superuser(username="other")
    tried = [(key, value) for key in model_admin._offered(request) for value in VALUES[:5] + [VALUES[-1]]]
    tried += product(["p", "o", "q", "e", "all", "_facets", "_to_field"], VALUES[1:5])
    for key, value in tried:
        answer = superuser.get(list_of(model_admin), {key: value})
        assert answer.status_code in (200, 302, 400), (key, value[:30])


def test_an_impossible_year_is_answered_in_words(superuser):
    answer = superuser.get("/admin/profiles/edition/?last_updated__year=99999999999", follow=True)
    assert answer.status_code == 200
    assert REFUSED in answer.content.decode()


# --- words ----------------------------------------------------------------------


@pytest.mark.parametrize("model_admin", [one for one in ADMINS if one.search_fields], ids=str)
@pytest.mark.parametrize("typed", [" ".join(["mine"] * 1500), "m" * 60_000, " ".join("abcdefghijklmnopqrstuvw")])
def test_a_search_for_too_much_is_answered_in_words(model_admin, superuser, typed, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        answer = superuser.get(list_of(model_admin), {"q": typed})
    assert answer.status_code == 200
    assert "nothing was searched yet" in answer.content.decode()
    assert answer.context["cl"].result_count == 0


@pytest.mark.parametrize("model_admin", [one for one in ADMINS if one.search_fields], ids=str)
def test_a_long_search_that_may_be_asked_is_searched(model_admin, superuser):
    answer = superuser.get(list_of(model_admin), {"q": " ".join(["mine"] * MOST_WORDS)})
    assert answer.status_code == 200
    assert "nothing was searched yet" not in answer.content.decode()


def test_completing_is_bounded_too_and_leaves_no_sentence_behind(superuser):
    query = {"app_label": "profiles", "model_name": "profile", "field_name": "country"}
    for term in ("m" * 60_000, "mine " * 1500, "mi\0ne"):
        assert superuser.get(reverse("admin:autocomplete"), {**query, "term": term}).status_code in (200, 403)
    assert "nothing was searched" not in superuser.get("/admin/").content.decode()


def test_no_query_brings_a_public_page_down(client):
    live = one_of_each()
    places = ["/", "/countries/", "/updates/", "/themes/", "/subscribe/", "/admin/login/"]
    places += [live.theme.get_absolute_url(), live.get_absolute_url(), live.country.get_absolute_url()]
    keys = ["find", "q", "page", "sort", "country", "theme", "next", "on"]
    for place, value in product(places, [*VALUES, "mine " * 1500, "m" * 60_000, "é" * 9000]):
        assert client.get(place, dict.fromkeys(keys, value)).status_code < 400, (place, value[:30])


# --- numbers in paths -------------------------------------------------------------


def patterns(resolver=None, before=""):
    """Every address of the site: its route as written in urls.py, from the root."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern).lstrip("^")
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from patterns(one, route)


def paths(value):
    """Every address with ``value`` wherever a number or a key may stand, and names of what is there elsewhere."""
    names = {"country": "united-states", "theme": "mine-ban-policy", "page": "about-us", "app_label": "profiles"}
    for route in sorted(set(patterns())):
        if not re.search(r"<(int|path|slug:reference|str)", route):
            continue
        path = re.sub(r"<slug:(\w+)>", lambda name: names.get(name[1], value), route)
        yield "/" + re.sub(r"<[^>]+>|\(\?P.*", value, path)


@pytest.mark.parametrize("value", ["99999999999", "9" * 19, "9" * 30, "9" * 5000, "0", "-1", "1.5", "x" * 9000, "%00"])
def test_no_number_in_a_path_brings_a_page_down(superuser, value):
    one_of_each()
    tried = list(paths(value))
    assert len(tried) > 50
    for client, path in product([superuser, Client()], tried):
        assert client.get(path).status_code < 500, path[:90]


# --- links from an object to its page ---------------------------------------------


def on_site(model, key):
    return f"/admin/r/{ContentType.objects.get_for_model(model).pk}/{key}/"


@pytest.mark.parametrize("model", [Profile, Edition])
def test_one_without_rights_learns_nothing_from_links_to_the_site(client, model):
    live = one_of_each()
    there = live if model is Profile else live.live_edition
    draft = Profile.objects.get(live_edition=None)
    client.force_login(make_staff())
    answers = [client.get(on_site(model, key)) for key in (there.pk, draft.pk, 99_999, "x")]
    answers += [client.get("/admin/r/99999/1/"), client.get(on_site(ContentType, 1))]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_one_with_the_right_to_look_is_led_to_the_site(client):
    live = one_of_each()
    client.force_login(make_staff("profiles.view_profile"))
    assert client.get(on_site(Profile, live.pk)).url.endswith(live.get_absolute_url())
    assert client.get(on_site(Profile, 99_999)).status_code == 404
    assert client.get(on_site(Edition, live.live_edition.pk)).status_code == 404


@pytest.mark.parametrize("model_admin", ADMINS, ids=str)
def test_no_beginning_of_a_new_row_brings_its_page_down(model_admin, superuser):
    live = one_of_each()
    place = list_of(model_admin)
    fields = [field.name for field in model_admin.opts.get_fields()]
    for page, value in product([f"{place}add/", f"{place}{live.pk}/change/"], VALUES):
        answer = superuser.get(page, dict.fromkeys([*fields, "_changelist_filters", "_popup"], value))
        assert answer.status_code in (200, 302, 403), (page, value[:30])
