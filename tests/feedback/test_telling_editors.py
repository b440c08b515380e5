"""Editors hear that something arrived: once, each on their own, and without a word of it."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.mail.backends.locmem import EmailBackend
from django.db import OperationalError, connection
from django.utils import timezone

from feedback.duties import tell_editors
from feedback.models import FeedbackMessage
from tests.factories import make_feedback, make_staff, make_superuser
from tests.mail_server import mail_server

pytestmark = pytest.mark.django_db

__all__ = ["mail_server"]

THIS = __name__


class NoServer(EmailBackend):
    def open(self):
        raise ConnectionRefusedError(111, "Connection refused")


class RefusesAna(EmailBackend):
    """A server on which one mailbox does not exist."""

    def send_messages(self, messages):
        if messages[0].to == ["ana@example.org"]:
            raise SMTPRecipientsRefused({"ana@example.org": (550, b"no such user")})
        return super().send_messages(messages)


class RefusesAll(EmailBackend):
    def send_messages(self, messages):
        raise SMTPRecipientsRefused({})


def make_editor(name="ana", **fields):
    return make_staff("feedback.change_feedbackmessage", username=name, email=f"{name}@example.org", **fields)


def test_an_editor_is_told_of_a_message_without_its_content(mailoutbox, settings):
    settings.SITE_URL = "https://monitor.example"
    make_editor()
    message = make_feedback(text="SECRETWORD", name="Informant", address="source@example.net")
    assert tell_editors() == 1
    [mail] = mailoutbox
    assert mail.to == ["ana@example.org"]
    assert mail.subject == "Feedback has arrived: United States: Mine Ban Policy"
    assert f"Reference: {message.reference}" in mail.body
    assert f"https://monitor.example/admin/feedback/feedbackmessage/{message.pk}/change/" in mail.body
    whole = mail.message().as_string()
    assert not any(word in whole for word in ("SECRETWORD", "Informant", "source@example.net"))
    assert mail.message()["Auto-Submitted"] == "auto-generated"
    assert mail.message()["Message-ID"] == f"<feedback-{message.reference}@monitor.example>"


def test_each_message_is_told_once(mailoutbox):
    make_editor()
    make_feedback()
    assert [tell_editors(), tell_editors()] == [1, 0]
    assert len(mailoutbox) == 1


def test_everybody_who_handles_feedback_is_told_and_nobody_else(mailoutbox):
    make_editor("ana")
    group = Group.objects.create(name="Editors")
    group.permissions.add(Permission.objects.get(codename="change_feedbackmessage"))
    make_staff(username="ben", email="ben@example.org").groups.add(group)
    make_superuser(username="root", email="root@example.org")
    make_editor("left", is_active=False)
    make_staff("feedback.view_feedbackmessage", username="reads", email="reads@example.org")
    make_staff("feedback.change_feedbackmessage", username="without-address")
    make_feedback()
    tell_editors()
    assert sorted(mail.to for mail in mailoutbox) == [["ana@example.org"], ["ben@example.org"], ["root@example.org"]]


def test_spam_and_what_is_in_hand_already_is_not_told(mailoutbox):
    ana = make_editor()
    make_feedback(text="one", is_spam=True)
    make_feedback(text="two").assign_to(ana)
    assert tell_editors() == 0
    assert mailoutbox == []


def test_while_there_is_no_server_messages_wait(settings, mailoutbox, caplog):
    make_editor()
    make_feedback()
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{THIS}.NoServer"
    assert tell_editors() == 0
    assert "told later" in caplog.text
    settings.EMAIL_BACKEND = backend
    assert tell_editors() == 1
    assert len(mailoutbox) == 1


def test_one_refused_mailbox_does_not_hold_up_the_others(settings, mailoutbox):
    make_editor("ana")
    make_editor("ben")
    make_feedback()
    settings.EMAIL_BACKEND = f"{THIS}.RefusesAna"
    assert [tell_editors(), tell_editors()] == [1, 0]
    assert [mail.to for mail in mailoutbox] == [["ben@example.org"]]


def test_an_address_that_is_none_does_not_stop_the_worker(mailoutbox, settings):
    make_editor("ana")
    make_staff("feedback.change_feedbackmessage", username="slip", email="slip@example.org\nBcc: x@example.org")
    make_feedback()
    assert tell_editors() == 1
    assert [mail.to for mail in mailoutbox] == [["ana@example.org"]]


def test_when_nobody_could_be_told_the_message_waits(settings, mailoutbox):
    make_editor()
    make_feedback()
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{THIS}.RefusesAll"
    assert tell_editors() == 0
    settings.EMAIL_BACKEND = backend
    assert tell_editors() == 1


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
@pytest.mark.parametrize("trouble", ["451 try later", "421 closing", "silence"])
@pytest.mark.django_db(transaction=True)
def test_whom_trouble_kept_from_being_told_is_told_later_and_nobody_twice(mail_server, verb, trouble):
    for name in ("ana", "ben", "cem"):
        make_editor(name)
    make_feedback()
    mail_server.answers[verb] = lambda recipient: trouble if recipient == "ben@example.org" else None
    assert tell_editors() == 0
    assert "ana@example.org" in mail_server.recipients()
    assert not FeedbackMessage.objects.get().told_at
    assert tell_editors() == 0  # not at once again
    mail_server.answers.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert [tell_editors(), tell_editors()] == [1, 0]
    assert sorted(mail_server.recipients()) == ["ana@example.org", "ben@example.org", "cem@example.org"]
    assert FeedbackMessage.objects.get().told_at


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_is_refused_for_good_is_not_asked_again(mail_server, verb):
    make_editor("ana")
    make_editor("ben")
    make_feedback()
    mail_server.answers[verb] = lambda recipient: "550 no" if recipient == "ana@example.org" else None
    assert [tell_editors(), tell_editors()] == [1, 0]
    assert mail_server.recipients() == ["ben@example.org"]
    assert mail_server.verbs.count(verb) == 2


@pytest.mark.django_db(transaction=True)
def test_a_server_that_refuses_the_sender_is_no_messages_last_word(mail_server):
    make_editor()
    make_feedback()
    mail_server.answers["MAIL"] = lambda _sender: "550 not you"
    assert tell_editors() == 0
    mail_server.answers.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert tell_editors() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_nothing_is_no_messages_last_word(mailoutbox):
    make_editor()
    make_feedback()

    def full(execute, sql, *rest):
        if "told_at" in sql and sql.startswith("UPDATE"):
            raise OperationalError("disk full")
        return execute(sql, *rest)

    with connection.execute_wrapper(full), pytest.raises(OperationalError):
        tell_editors()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert tell_editors() == 1
    assert len({mail.message()["Message-ID"] for mail in mailoutbox}) == 1


def test_a_worker_at_it_keeps_others_off_and_a_dead_one_is_given_up(mailoutbox):
    make_editor()
    message = make_feedback()
    assert message.claim_telling()
    assert not message.claim_telling()
    assert tell_editors() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert tell_editors() == 1


def test_without_editors_messages_wait_for_one(mailoutbox):
    make_feedback()
    assert tell_editors() == 0
    make_editor()
    assert tell_editors() == 1
    assert FeedbackMessage.objects.get().told_at


def test_telling_asks_the_database_equally_often_for_one_editor_or_many(django_assert_max_num_queries):
    for number in range(5):
        make_editor(f"editor{number}")
    make_feedback()
    with django_assert_max_num_queries(4):
        assert tell_editors() == 1
