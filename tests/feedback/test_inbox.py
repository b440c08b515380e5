"""The editors' inbox: what it shows, what may be done, who may, and that strangers' words stay words."""

import re

import pytest
from django.contrib.admin.models import DELETION, LogEntry
from django.db import DatabaseError, connection
from django.urls import reverse

from feedback.models import FeedbackMessage
from feedback.uploads import CAUTIONS, Accepted
from tests.factories import make_country, make_feedback, make_live_profile, make_staff, make_superuser, make_theme
from tests.feedback import samples

pytestmark = pytest.mark.django_db

State = FeedbackMessage.State
LIST = "/admin/feedback/feedbackmessage/"
LETTER = Accepted("letter.pdf", "pdf", samples.PDF)
NEW_NOTE = {"notes-TOTAL_FORMS": "1", "notes-INITIAL_FORMS": "0", "notes-0-text": ""}

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7|add:7 }}{% debug %}",
    "javascript:alert(1)",
    "\u202eEVIL\u2066",
    "%s%d%(x)s{0}{x}",
]


@pytest.fixture
def editor():
    return make_staff(
        "feedback.view_feedbackmessage", "feedback.change_feedbackmessage", "feedback.view_attachment", username="ana"
    )


@pytest.fixture
def inbox(client, editor):
    client.force_login(editor)
    return client


def text_of(answer):
    return " ".join(answer.content.decode().split())


def change_url(message):
    return reverse("admin:feedback_feedbackmessage_change", args=[message.pk])


def file_url(message):
    return reverse("admin:feedback_attachment_download", args=[message.attachments.get().pk])


# --- the list -------------------------------------------------------------------


def test_the_list_shows_what_waits_and_the_rest_on_demand(inbox):
    for state in State:
        make_feedback(text=f"It is {state}.").move_to(state)
    assert shown(inbox.get(LIST)) == {"new", "open"}
    assert shown(inbox.get(LIST, {"state": "spam"})) == {"spam"}
    assert shown(inbox.get(LIST, {"state": "all"})) == set(State.values)


def shown(page):
    return set(re.findall(r"It is (\w+)\.", page.content.decode()))


def test_a_line_tells_profile_beginning_sender_files_state_assignee_and_time(inbox, editor):
    make_feedback(text="First line.\nSecond " + "x" * 500, name="Ben", files=[LETTER]).assign_to(editor)
    text = text_of(inbox.get(LIST))
    for part in ("United States: Mine Ban Policy", "First line. Second xxx", "Ben", "1 file", "open", "ana"):
        assert part in text
    assert "x" * 150 not in text


def test_the_list_is_searched_and_filtered(inbox, editor):
    message = make_feedback(text="It is near.", name="Zoé", address="z@example.org")
    chad, theme = make_country(iso3="TCD", name="Chad", slug="chad"), make_theme(slug="action", name="Mine Action")
    other = make_live_profile(country=chad, theme=theme)
    make_feedback(text="It is far.", edition=other.live_edition).assign_to(editor)
    for words in ("near", "Zoé", "z@example", "United", message.reference):
        assert shown(inbox.get(LIST, {"q": words})) == {"near"}
    assert shown(inbox.get(LIST, {"assignee__id__exact": editor.pk})) == {"far"}
    assert shown(inbox.get(LIST, {"assignee__isnull": "True"})) == {"near"}
    assert shown(inbox.get(LIST, {"edition__profile__theme__id__exact": theme.pk})) == {"far"}


@pytest.mark.parametrize(
    "query", [{"state": "nonsense"}, {"q": "'\"%_\\"}, {"assignee__id__exact": "9" * 30}, {"p": "x"}, {"o": "99.-3"}]
)
def test_odd_questions_do_not_break_the_list(inbox, query):
    make_feedback()
    assert inbox.get(LIST, query).status_code in (200, 302)


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_asks_equally_often_for_one_message_or_many(inbox, editor, django_assert_num_queries, number):
    for n in range(number):
        make_feedback(text=str(n), files=[LETTER]).assign_to(editor)
    with django_assert_num_queries(9):
        inbox.get(LIST)


# --- one message ----------------------------------------------------------------


def test_a_message_is_shown_as_it_came_with_its_profile_edition_and_files(inbox):
    message = make_feedback(text="One.\n\n  Two.", name="Ben", address="b?cc=x@example.org", files=[LETTER])
    page = inbox.get(change_url(message))
    text = page.content.decode()
    assert '<div class="feedback-words" dir="auto">One.\n\n  Two.</div>' in text
    assert "/countries/united-states/mine-ban-policy/editions/1/" in text
    assert message.reference in text
    assert 'href="mailto:b%3Fcc%3Dx@example.org"' in text  # no second recipient slips into the answer
    assert f'href="{file_url(message)}"' in text
    assert "letter.pdf" in text
    assert "PDF, " in text
    assert "A stranger sent these files." in text
    assert "no-store" in page.headers["Cache-Control"]


def test_without_name_address_or_files_the_page_says_so(inbox):
    text = text_of(inbox.get(change_url(make_feedback())))
    assert "no name given" in text
    assert "it cannot be answered" in text
    assert "Attachments" not in text


def test_state_assignee_and_a_note_are_saved(inbox, editor):
    message = make_feedback()
    answer = inbox.post(
        change_url(message), {**NEW_NOTE, "state": "answered", "assignee": editor.pk, "notes-0-text": "Wrote back."}
    )
    assert answer.status_code == 302
    message.refresh_from_db()
    assert (message.state, message.assignee) == (State.ANSWERED, editor)
    assert message.closed_at
    note = message.notes.get()
    assert (note.text, note.author) == ("Wrote back.", editor)
    assert "Wrote back." in text_of(inbox.get(change_url(message)))
    assert not LogEntry.objects.filter(change_message__contains="Wrote back").exists()


def test_what_was_received_cannot_be_changed(inbox):
    message = make_feedback(text="As it came.", name="Ben", address="b@example.org")
    forged = {
        "text": "Forged.",
        "name": "x",
        "address": "x@example.org",
        "reference": "x",
        "received_at_0": "2000-01-01",
    }
    inbox.post(change_url(message), {**NEW_NOTE, "state": "open", **forged})
    after = FeedbackMessage.objects.get()
    assert (after.text, after.name, after.address) == ("As it came.", "Ben", "b@example.org")
    assert (after.reference, after.received_at) == (message.reference, message.received_at)
    assert after.state == State.OPEN


def test_notes_cannot_be_changed_or_deleted_in_the_form(inbox):
    message = make_feedback()
    note = message.notes.create(text="Asked.")
    forged = {
        "notes-TOTAL_FORMS": "1",
        "notes-INITIAL_FORMS": "1",
        "notes-0-id": note.pk,
        "notes-0-message": message.pk,
    }
    inbox.post(change_url(message), {**forged, "state": "open", "notes-0-text": "Forged.", "notes-0-DELETE": "on"})
    assert message.notes.get().text == "Asked."


def test_only_those_who_handle_feedback_can_be_assigned_and_a_former_one_stays(inbox):
    former, researcher = make_staff(username="former"), make_staff(username="researcher")
    message = make_feedback()
    message.assign_to(former)
    choices = inbox.get(change_url(message)).context["adminform"].form.fields["assignee"].queryset
    assert [user.username for user in choices] == ["ana", "former"]
    refused = inbox.post(change_url(message), {**NEW_NOTE, "state": "open", "assignee": researcher.pk})
    assert refused.status_code == 200
    assert FeedbackMessage.objects.get().assignee == former


@pytest.mark.parametrize("number", [0, 8])
def test_a_message_asks_equally_often_with_notes_and_files_or_without(inbox, editor, django_assert_num_queries, number):
    message = make_feedback(files=[Accepted(f"{n}.pdf", "pdf", samples.PDF) for n in range(number)])
    for _n in range(number):
        message.notes.create(text="Asked.", author=editor)
    with django_assert_num_queries(9):
        inbox.get(change_url(message))


# --- actions --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "state"), [("assign_to_me", State.OPEN), ("close", State.CLOSED), ("mark_as_spam", State.SPAM)]
)
def test_actions_do_what_they_say_and_are_recorded(inbox, editor, action, state):
    messages = [make_feedback(text=str(n)) for n in range(3)]
    chosen = [message.pk for message in messages[:2]]
    answer = inbox.post(LIST, {"action": action, "_selected_action": chosen}, follow=True)
    assert "2 messages were changed." in text_of(answer)
    assert set(FeedbackMessage.objects.filter(pk__in=chosen).values_list("state", flat=True)) == {state}
    assert FeedbackMessage.objects.get(pk=messages[2].pk).state == State.NEW
    assert LogEntry.objects.filter(user=editor).count() == 2
    if action == "assign_to_me":
        assert FeedbackMessage.objects.filter(assignee=editor).count() == 2


def test_what_the_form_changes_is_recorded_in_the_words_of_the_actions(inbox, editor):
    message = make_feedback()
    inbox.post(change_url(message), {**NEW_NOTE, "state": "spam", "assignee": editor.pk, "notes-0-text": "SECRETWORD"})
    entry = LogEntry.objects.get(user=editor, object_id=str(message.pk))
    assert entry.get_change_message() == "State: spam. Assigned to ana. A note was added."
    inbox.post(change_url(message), {**NEW_NOTE, "state": "spam", "assignee": ""})
    assert LogEntry.objects.first().get_change_message() == "Assigned to nobody."


def test_a_change_that_cannot_be_recorded_is_not_made(inbox):
    messages = [make_feedback(text=str(n)) for n in range(2)]

    def full(execute, sql, *rest):
        if "django_admin_log" in sql:
            raise DatabaseError("disk full")
        return execute(sql, *rest)

    chosen = {"_selected_action": [message.pk for message in messages]}
    for action in ("close", "assign_to_me", "mark_as_spam"):
        with connection.execute_wrapper(full), pytest.raises(DatabaseError):
            inbox.post(LIST, {"action": action, **chosen})
    assert set(FeedbackMessage.objects.values_list("state", "assignee")) == {("new", None)}


@pytest.mark.parametrize("many", [True, False])
def test_who_deleted_what_stays_in_the_log(client, many):
    client.force_login(root := make_superuser())
    message = make_feedback()
    if many:
        client.post(LIST, {"action": "delete_selected", "_selected_action": [message.pk], "post": "yes"})
    else:
        client.post(reverse("admin:feedback_feedbackmessage_delete", args=[message.pk]), {"post": "yes"})
    assert not FeedbackMessage.objects.exists()
    entry = LogEntry.objects.get(action_flag=DELETION)
    assert (entry.user, entry.object_repr) == (root, message.reference)


def test_only_a_superuser_deletes_and_then_the_file_goes_too(client, inbox, store, django_capture_on_commit_callbacks):
    message = make_feedback(files=[LETTER])
    delete = reverse("admin:feedback_feedbackmessage_delete", args=[message.pk])
    assert inbox.post(delete, {"post": "yes"}).status_code == 403
    assert "delete_selected" not in inbox.get(LIST).content.decode()
    client.force_login(make_superuser())
    with django_capture_on_commit_callbacks(execute=True):
        client.post(LIST, {"action": "delete_selected", "_selected_action": [message.pk], "post": "yes"})
    assert not FeedbackMessage.objects.exists()
    assert not [path for path in store.rglob("*") if path.is_file()]


# --- who may --------------------------------------------------------------------


def test_nobody_adds_messages_in_the_admin(client):
    client.force_login(make_superuser())
    assert client.get(f"{LIST}add/").status_code == 403


def test_staff_without_the_permission_see_nothing(client):
    client.force_login(make_staff("profiles.change_profile"))
    message = make_feedback()
    assert client.get(LIST).status_code == 403
    assert client.get(change_url(message)).status_code == 403
    assert client.get("/admin/feedback/").status_code == 404


def test_who_may_only_read_changes_nothing_and_adds_no_note(client):
    client.force_login(make_staff("feedback.view_feedbackmessage"))
    message = make_feedback(files=[LETTER])
    text = text_of(client.get(change_url(message)))
    assert "You may not download attachments." in text
    assert "attachments/" not in text
    assert client.post(change_url(message), {**NEW_NOTE, "state": "closed", "notes-0-text": "x"}).status_code == 403
    client.post(LIST, {"action": "close", "_selected_action": [message.pk]})
    assert FeedbackMessage.objects.get().state == State.NEW
    assert not message.notes.exists()


# --- files ----------------------------------------------------------------------


def test_a_file_is_handed_out_as_a_download_that_nothing_opens_in_place(inbox, editor):
    message = make_feedback(files=[Accepted('Zoé "1";\r.pdf', "pdf", samples.PDF)])
    answer = inbox.get(file_url(message))
    assert b"".join(answer.streaming_content) == samples.PDF
    headers = answer.headers
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''Zo%C3%A9%20%221%22%3B%0D.pdf"
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]
    assert message.attachments.get().file.name not in str(headers)


def test_every_download_is_recorded_in_the_history_of_the_message(inbox, editor):
    message = make_feedback(files=[LETTER])
    for _twice in range(2):
        assert b"".join(inbox.get(file_url(message)).streaming_content) == samples.PDF
    entries = LogEntry.objects.filter(user=editor, object_id=str(message.pk))
    assert [entry.change_message for entry in entries] == [
        f"Downloaded attachment {message.attachments.get().pk} (PDF)."
    ] * 2
    assert "Downloaded attachment" in text_of(inbox.get(f"{LIST}{message.pk}/history/"))


@pytest.mark.parametrize("caution", CAUTIONS)
def test_a_file_that_asks_for_care_says_so_beside_it_and_before_it_is_handed_out(inbox, client, caution):
    message = make_feedback(files=[Accepted("table.csv", "csv", b"=1+1", caution)])
    sentence = str(CAUTIONS[caution])
    assert sentence in text_of(inbox.get(change_url(message)))
    told = inbox.get(file_url(message))
    assert sentence in text_of(told)
    assert not LogEntry.objects.exists()
    assert 'href="?told=1"' in told.content.decode()
    assert b"".join(inbox.get(file_url(message) + "?told=1").streaming_content) == b"=1+1"
    assert LogEntry.objects.count() == 1
    client.logout()
    assert client.get(file_url(message)).status_code == 404


def test_everybody_else_gets_the_same_answer_as_for_a_file_that_is_not_there(client, editor):
    url = file_url(make_feedback(files=[LETTER]))
    strangers = [None, make_staff("feedback.view_feedbackmessage", "feedback.change_feedbackmessage")]
    strangers += [make_staff("feedback.view_attachment", is_active=False)]
    not_staff = make_staff("feedback.view_attachment")
    not_staff.is_staff = False
    not_staff.save()
    for stranger in [*strangers, not_staff]:
        client.logout()
        if stranger:
            client.force_login(stranger)
        refused, missing = client.get(url), client.get(url.replace("attachments/", "attachments/9"))
        assert (refused.status_code, missing.status_code) == (404, 404)
        assert refused.content == missing.content
    assert not LogEntry.objects.exists()


def test_a_file_that_is_not_there_is_not_found(inbox, store):
    message = make_feedback(files=[LETTER])
    url = file_url(message)
    assert inbox.get(f"{LIST}attachments/{'9' * 30}/").status_code == 404
    assert inbox.post(url).status_code == 405
    for path in store.rglob("*"):
        if path.is_file():
            path.unlink()
    assert inbox.get(url).status_code == 404
    assert not LogEntry.objects.exists()


def test_files_are_reached_by_no_other_address(inbox, settings):
    stored = make_feedback(files=[LETTER]).attachments.get().file.name
    for url in (
        f"/{stored}",
        f"/media/{stored}",
        f"/static/{stored}",
        f"/static/../private/{stored}",
        f"/private/{stored}",
    ):
        assert inbox.get(url).status_code == 404


# --- strangers' words stay words --------------------------------------------------


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_escaped_on_every_page_of_the_inbox(client, words):
    client.force_login(make_superuser())
    message = make_feedback(text=words, name=words[:120], files=[Accepted(words, "pdf", samples.PDF)])
    message.notes.create(text=words)
    delete = reverse("admin:feedback_feedbackmessage_delete", args=[message.pk])
    pages = [LIST, f"{LIST}?q={words}", change_url(message), f"{LIST}{message.pk}/history/", delete, "/admin/"]
    for url in pages:
        html = client.get(url).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert 'href="javascript:' not in html


def test_marks_that_turn_the_reading_direction_turn_nothing_around_them(inbox):
    make_feedback(text="\u202eEVIL", name="\u202eNAME")
    text = text_of(inbox.get(LIST))
    assert "<bdi>EVIL</bdi>" in text
    assert '<bdi class="feedback-sender">\u202eNAME</bdi>' in text
