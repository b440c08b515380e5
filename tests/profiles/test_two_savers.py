"""Two who save one profile: whatever each did to a row, neither meets an error and no typed word is lost."""

from dataclasses import dataclass
from itertools import product
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from profiles.footnotes import marker
from profiles.models import Profile
from tests.factories import make_live_profile, make_profile, make_superuser, make_topic
from tests.forms import fields_of
from tests.profiles.test_admin import make_researcher, opened, saved

pytestmark = pytest.mark.django_db

BEFORE, MINE, THEIRS = "Read by both.", "Written by Ben.", "Written by Ana."


@dataclass(frozen=True)
class Kind:
    """How one kind of row is written through the form."""

    prefix: str
    field: str
    identity: str = "key"

    def number(self, data, identity):
        """The number of the form that shows this row; the next free one when none does."""
        named = [name for name, value in data.items() if name.startswith(self.prefix) and value == identity]
        named = [name for name in named if name.endswith(f"-{self.identity}")]
        return named[0].split("-")[1] if named else data[f"{self.prefix}-TOTAL_FORMS"]

    def written(self, data, identity, text):
        number = self.number(data, identity)
        total = max(int(data[f"{self.prefix}-TOTAL_FORMS"]), int(number) + 1)
        row = {self.identity: identity, self.field: text}
        return {
            f"{self.prefix}-TOTAL_FORMS": str(total),
            **{f"{self.prefix}-{number}-{name}": value for name, value in row.items()},
        }

    def removed(self, data, identity):
        number = self.number(data, identity)
        emptied = {f"{self.prefix}-{number}-{self.field}": ""} if self.prefix == "facts" else {}
        return emptied or {f"{self.prefix}-{number}-DELETE": "on"}

    def texts(self, profile):
        return sorted(getattr(row, self.field) for row in getattr(profile, self.prefix).all())


KINDS = [Kind("facts", "value", "topic"), Kind("sections", "body"), Kind("footnotes", "text")]


def html(kind, text):
    return f"<p>{text}</p>" if kind.prefix == "sections" else text


def make_row(kind, text):
    """A profile, and what tells the row apart that the two will edit; the row is stored where there is a text."""
    topic = make_topic(label="Status")
    profile = make_profile()
    profile.sections.all().delete()
    identity = str(topic.pk) if kind.prefix == "facts" else str(uuid4())
    if text:
        name = "topic_id" if kind.prefix == "facts" else "key"
        getattr(profile, kind.prefix).create(**{name: identity, kind.field: html(kind, text)})
    return profile, identity


def by(name):
    client = Client()
    client.force_login(make_researcher(username=name))
    return client


WRITE, REMOVE, ELSEWHERE = "write", "remove", "write elsewhere"
ANAS = {
    "nothing": [],
    "changes it": [WRITE],
    "takes it out": [REMOVE],
    "takes it out and writes it anew": [REMOVE, WRITE],
    "takes it out, writes it anew and takes it out": [REMOVE, WRITE, REMOVE],
    "writes another one": [REMOVE, ELSEWHERE],
}
BENS = ["nothing", "changes it", "takes it out", "writes the same"]


def done_by_ana(ana, kind, profile, identity, steps):
    """Each step is a save of its own, through the form; what the row says in the end."""
    for step in steps:
        data = opened(ana, profile)
        if step == REMOVE:
            typed = kind.removed(data, identity)
        else:
            identity = identity if step == WRITE else str(uuid4())
            typed = kind.written(data, identity, html(kind, THEIRS))
        assert saved(ana, profile, data, **typed).status_code == 302
    return kind.texts(Profile.objects.get())


def typed_by_ben(kind, data, identity, what):
    if what == "takes it out":
        return kind.removed(data, identity)
    text = {"changes it": MINE, "writes the same": THEIRS}.get(what)
    return kind.written(data, identity, html(kind, text)) if text else {}


def wanted(kind, before, anas, bens, hers):
    """What is to be stored when Ben has seen what Ana did, and saves over it."""
    own = {"changes it": [MINE], "writes the same": [THEIRS], "takes it out": []}.get(bens)
    if own is None:
        return hers
    return sorted([html(kind, text) for text in own] + (hers if anas == "writes another one" else []))


CASES = [
    pytest.param(kind, before, anas, bens, id=f"{kind.prefix}: {state}, Ana {anas}, Ben {bens}")
    for kind, (state, before), anas, bens in product(KINDS, {"stored": BEFORE, "new": ""}.items(), ANAS, BENS)
    if not (kind.prefix == "facts" and anas == "writes another one")  # a topic has one fact
]


@pytest.mark.parametrize(("kind", "before", "anas", "bens"), CASES)
def test_whatever_two_do_to_a_row_nobody_meets_an_error_and_nothing_is_lost(kind, before, anas, bens):
    profile, identity = make_row(kind, before)
    ana, ben = by("ana"), by("ben")
    data = opened(ben, profile)
    steps = ANAS[anas][not before and ANAS[anas][:1] == [REMOVE] :]
    hers = done_by_ana(ana, kind, profile, identity, steps)
    typed = typed_by_ben(kind, data, identity, bens) if before or bens != "takes it out" else {}

    response = saved(ben, profile, data, **typed)
    if steps:
        assert response.status_code == 200
        assert kind.texts(Profile.objects.get()) == hers
        page, shown = response.content.decode(), fields_of(response, "profile_form")
        assert all(THEIRS in page or "they added it" in page for text in hers if THEIRS in text)
        assert all(shown[name] == value for name, value in typed.items() if value not in ("", "on"))
        response = saved(ben, profile, shown, save_over=str(Profile.objects.get().lock_version))
    assert response.status_code == 302
    assert kind.texts(Profile.objects.get()) == wanted(kind, before, anas, bens if typed else "nothing", hers)


def test_a_new_section_that_is_sent_twice_is_one_section():
    profile, key = make_row(KINDS[1], "")
    ben = by("ben")
    data = opened(ben, profile)
    sent = {**data, **KINDS[1].written(data, key, "<p>Written once.</p>")}
    assert saved(ben, profile, sent).status_code == 302
    assert saved(ben, profile, sent).status_code == 200  # it was saved since this page was read
    assert saved(ben, profile, sent, save_over="1").status_code == 302
    assert KINDS[1].texts(Profile.objects.get()) == ["<p>Written once.</p>"]


def test_a_section_that_comes_back_is_the_same_one():
    profile, key = make_row(KINDS[1], BEFORE)
    ben = by("ben")
    data = opened(ben, profile)
    done_by_ana(by("ana"), KINDS[1], profile, key, [REMOVE])
    assert saved(ben, profile, data, **{"sections-0-body": "<p>Ben.</p>"}, save_over="1").status_code == 302
    assert str(Profile.objects.get().sections.get().key) == key


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.prefix)
def test_a_stored_row_stays_the_one_it_is(kind):
    profile, identity = make_row(kind, BEFORE)
    other = make_topic(label="Transparency").pk if kind.prefix == "facts" else uuid4()
    ben = by("ben")
    data = opened(ben, profile)
    field = f"{kind.prefix}-0-"
    saved(ben, profile, data, **{field + kind.identity: str(other), field + kind.field: html(kind, MINE)})
    [row] = getattr(Profile.objects.get(), kind.prefix).all()
    assert str(row.topic_id if kind.prefix == "facts" else row.key) == identity


def test_one_note_that_is_sent_as_two_new_ones_is_refused_in_words():
    profile, key = make_row(KINDS[2], "")
    ben = by("ben")
    data = opened(ben, profile)
    twice = {"footnotes-TOTAL_FORMS": "2"}
    for number, text in enumerate(["First.", "Second."]):
        twice |= {f"footnotes-{number}-key": key, f"footnotes-{number}-text": text}
    response = saved(ben, profile, data, **twice)
    assert "Please correct the duplicate" in response.content.decode()
    assert not profile.footnotes.exists()


def test_the_marks_of_a_fact_that_the_other_stated_are_not_lost_by_leaving_it_alone():
    profile, topic = make_row(KINDS[0], "")
    ben = by("ben")
    data = opened(ben, profile)
    key = uuid4()
    profile.footnotes.create(key=key, text="Letter.")
    done = Profile.objects.get()
    done.facts.create(topic_id=topic, value=f"Signatory{marker(key)}")
    done.claim(0, by=None)
    assert saved(ben, profile, data, save_over="1").status_code == 302
    assert str(key) in Profile.objects.get().facts.get().value


LONG = "9" * 5_000


@pytest.mark.parametrize("sent", [LONG, "-1", "1e3", "٣٣", "\x00", str(2**63), str(10**20)])
@pytest.mark.parametrize(
    "name",
    [
        "sections-0-position",
        "sections-0-id",
        "sections-0-key",
        "sections-0-seen",
        "sections-INITIAL_FORMS",
        "facts-0-topic",
        "facts-0-position",
        "footnotes-0-key",
        "footnotes-0-id",
        "lock_version",
        "save_over",
        "seen",
        "country",
    ],
)
def test_no_hidden_number_however_odd_ends_in_an_error(name, sent):
    topic = make_topic(label="Status")
    profile = make_profile(notes={uuid4(): "Letter."})
    profile.facts.create(topic=topic, value="Signatory")
    ben = by("ben")
    response = saved(ben, profile, opened(ben, profile), **{name: sent, "sections-0-body": "<p>Typed.</p>"})
    typed_is_there = "Typed." in response.content.decode() or "Typed." in Profile.objects.get().sections.get().body
    assert response.status_code in (200, 302)
    assert typed_is_there


@pytest.mark.parametrize("sent", [LONG, "1e3", str(10**20), ""])
def test_a_page_that_does_not_know_its_rows_is_not_stored(sent):
    profile = make_profile(body="<p>Stored.</p>")
    ben = by("ben")
    response = saved(ben, profile, opened(ben, profile), **{"sections-TOTAL_FORMS": sent, "overview_heading": "New"})
    assert response.status_code == 200
    assert Profile.objects.get().overview_heading == ""


@pytest.mark.parametrize("name", ["newest", "version"])
def test_publishing_with_an_odd_number_is_refused_in_words(name):
    profile = make_live_profile()
    editor = Client()
    editor.force_login(make_superuser())
    page = reverse("admin:profiles_profile_publish", args=[profile.pk])
    data = fields_of(editor.get(page)) | {"kind": "substantive", "last_updated": "2011-01-01", "note": "Votes."}
    response = editor.post(page, {**data, name: LONG})
    assert "after you opened this page" in response.content.decode()
    assert profile.editions.count() == 1
    assert editor.post(page, data).status_code == 302
