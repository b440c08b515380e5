"""Pictures wait until a worker drew them anew; until then nobody has them, whatever becomes of the worker."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit, urlunsplit

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from feedback import duties
from feedback.models import Attachment, FeedbackMessage
from feedback.storage import private_storage
from feedback.uploads import Accepted, judge
from tests.factories import make_feedback, make_superuser
from tests.feedback import samples

pytestmark = pytest.mark.django_db(transaction=True)


def a_photo(name="photo.jpg", **fields):
    return judge(name, "", samples.make_picture("JPEG", with_metadata=True, **fields))


def stored(attachment):
    with attachment.file.open("rb") as file:
        return file.read()


def files_in(store):
    return [path for path in store.rglob("*") if path.is_file()]


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time))


def test_a_picture_is_nobodys_until_it_was_drawn_anew(client, store):
    sent = a_photo()
    attachment = make_feedback(files=[sent, Accepted("letter.pdf", "pdf", samples.PDF)]).attachments.first()
    client.force_login(make_superuser())
    page = reverse("admin:feedback_feedbackmessage_change", args=[attachment.message_id])
    file = reverse("admin:feedback_attachment_download", args=[attachment.pk])
    assert client.get(file).status_code == 404
    assert file not in client.get(page).content.decode()
    assert "is being drawn anew" in client.get(page).content.decode()

    assert [duties.redraw(), duties.redraw()] == [1, 0]
    attachment.refresh_from_db()
    assert attachment.is_ready
    assert attachment.size_bytes == len(stored(attachment))
    assert stored(attachment) != sent.body
    assert len(files_in(store)) == 2  # what was sent is gone
    assert file in client.get(page).content.decode()
    with Image.open(BytesIO(b"".join(client.get(file).streaming_content))) as picture:
        assert picture.size == (20, 40)


def test_pictures_are_drawn_one_at_a_time():
    make_feedback(files=[a_photo(), a_photo()])
    with private_storage().alone() as is_alone:
        assert is_alone
        assert duties.redraw() == 0  # another worker of this machine is at it
    assert [duties.redraw() for _round in range(3)] == [1, 1, 0]
    assert not Attachment.objects.filter(is_ready=False).exists()


def test_a_picture_that_cannot_be_drawn_is_not_kept_and_the_editors_are_told(store):
    whole = judge("a.png", "", samples.make_picture("PNG", size=(400, 400)))
    broken = Accepted("broken.jpg", "jpg", samples.make_picture("JPEG")[:300] + b"\xff\xd9")
    message = make_feedback(files=[broken, whole])
    assert [duties.redraw() for _round in range(3)] == [1, 1, 0]
    assert [attachment.name for attachment in message.attachments.all()] == ["a.png"]
    assert "“broken.jpg” is a picture that could not be drawn anew" in message.notes.get().text
    assert len(files_in(store)) == 1


def test_a_full_disk_is_never_a_pictures_last_word(settings, caplog):
    attachment = make_feedback(files=[a_photo()]).attachments.get()
    settings.FEEDBACK_FREE_BYTES = 2**62
    assert duties.redraw() == 0
    assert "tried again later: NoRoom" in caplog.text
    settings.FEEDBACK_FREE_BYTES = 0
    assert duties.redraw() == 0  # not at once: the next worker would meet the same
    with later(minutes=6):
        assert duties.redraw() == 1
    attachment.refresh_from_db()
    assert attachment.is_ready


def test_a_store_that_is_not_mounted_loses_no_picture(store):
    make_feedback(files=[a_photo()])
    store.rename(store.with_name("elsewhere"))
    try:
        assert duties.redraw() == 0
    finally:
        store.with_name("elsewhere").rename(store)
    with later(minutes=6):
        assert duties.redraw() == 1
    assert Attachment.objects.get().is_ready


def test_a_picture_whose_file_is_lost_is_dropped_with_a_note():
    message = make_feedback(files=[a_photo()])
    os.unlink(message.attachments.get().file.path)
    assert duties.redraw() == 1
    assert "“photo.jpg” is missing" in message.notes.get().text


def test_a_message_that_was_deleted_while_its_picture_was_drawn_leaves_no_file(store):
    attachment = make_feedback(files=[a_photo()]).attachments.get()
    FeedbackMessage.objects.get().forget()
    attachment.make_ready(b"drawn")
    assert files_in(store) == []


def test_a_picture_drawn_twice_is_kept_once(store):
    attachment = make_feedback(files=[a_photo()]).attachments.get()
    attachment.make_ready(b"drawn")
    attachment.make_ready(b"drawn by one that was thought dead")
    assert stored(Attachment.objects.get()) == b"drawn"
    assert len(files_in(store)) == 1


def worker():
    """`manage.py work` in a process of its own, on this test's database and files."""
    address = os.environ.get("TEST_DATABASE_URL")
    name = connection.settings_dict["NAME"]
    database = urlunsplit(urlsplit(address)._replace(path=f"/{name}")) if address else f"sqlite:///{name}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "monitor.settings",
        "DATABASE_URL": database,
        "MONITOR_VAR": str(settings.VAR),
        "EMAIL_URL": "dummymail://",
    }
    return subprocess.Popen([sys.executable, "manage.py", "work"], env=environment, cwd=settings.BASE_DIR)  # noqa: S603


def test_a_worker_killed_while_drawing_loses_no_picture(store):
    Image.MAX_IMAGE_PIXELS, most = None, Image.MAX_IMAGE_PIXELS
    attachment = make_feedback(files=[a_photo(size=(7_000, 5_000))]).attachments.get()
    Image.MAX_IMAGE_PIXELS = most
    process = worker()
    try:
        for _try in range(1_200):
            attachment.refresh_from_db()
            if attachment.drawing_since or process.poll() is not None:
                break
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    attachment.refresh_from_db()
    assert not attachment.is_ready
    assert attachment.drawing_since
    assert duties.redraw() == 0  # it might still be at work
    with later(minutes=6):
        assert duties.redraw() == 1
    attachment.refresh_from_db()
    assert attachment.is_ready
    with Image.open(BytesIO(stored(attachment))) as picture:
        assert picture.size == (5_000, 7_000)
    assert len(files_in(store)) == 1
