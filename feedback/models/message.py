"""What readers sent to the editors, and how far the editors are with it."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Count, Exists, OuterRef, Q, Value
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from feedback.storage import QuotaUsedUp, private_storage
from feedback.uploads import KINDS, Accepted
from profiles.models import Edition, Profile

from .attachment import Attachment

if TYPE_CHECKING:
    from django.contrib.auth.models import User

REFERENCE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another when read aloud
TELLING_LEASE = timedelta(minutes=10)
BEGINNING_CHARACTERS = 120


# Counts bytes for the sender's network while they are stored; gives the seconds to wait when it may send no more today.
Share = Callable[[int], AbstractContextManager[int | None]]


def unshared(size: int) -> AbstractContextManager[int | None]:
    """The share of one who has all of the quota."""
    return nullcontext()


def new_reference() -> str:
    """Four groups of five letters, 99 random bits: to be quoted, not to be guessed."""
    return "-".join("".join(secrets.choice(REFERENCE_LETTERS) for _letter in range(5)) for _group in range(4))


class FeedbackMessageQuerySet(models.QuerySet["FeedbackMessage"]):
    def waiting(self) -> "FeedbackMessageQuerySet":
        """What an editor still has to deal with."""
        return self.filter(closed_at__isnull=True)

    def untold(self, now: datetime) -> "FeedbackMessageQuerySet":
        """What editors are owed a mail about, unless a worker is at it; a worker that died is given up in time."""
        free = Q(telling_since__isnull=True) | Q(telling_since__lt=now - TELLING_LEASE)
        return self.filter(free, state=FeedbackMessage.State.NEW, told_at__isnull=True)

    def expired(self, now: datetime) -> "FeedbackMessageQuerySet":
        """What has been kept as long as the form promised."""
        spam = Q(state=FeedbackMessage.State.SPAM)
        return self.filter(
            Q(spam, closed_at__lt=now - timedelta(days=settings.FEEDBACK_KEEP_SPAM_DAYS))
            | Q(~spam, closed_at__lt=now - timedelta(days=settings.FEEDBACK_KEEP_MESSAGES_DAYS))
        )

    def with_expired_files(self, now: datetime) -> "FeedbackMessageQuerySet":
        limit = now - timedelta(days=settings.FEEDBACK_KEEP_FILES_DAYS)
        return self.filter(Exists(Attachment.objects.filter(message=OuterRef("pk"))), closed_at__lt=limit)

    def with_profile(self) -> "FeedbackMessageQuerySet":
        """Read with what names the profile, and without the edition's whole text."""
        return self.select_related("edition__profile__country", "edition__profile__theme").defer("edition__snapshot")

    def as_inbox(self) -> "FeedbackMessageQuerySet":
        """With `file_count` and `beginning`, and without the whole text, which a list does not show."""
        counted = self.annotate(file_count=Count("attachments"), beginning=Left("text", BEGINNING_CHARACTERS))
        return counted.with_profile().defer("edition__snapshot", "text")

    def receive(
        self,
        *,
        edition: Edition,
        text: str,
        name: str = "",
        address: str = "",
        files: Sequence[Accepted] = (),
        ticket: str = "",
        is_spam: bool = False,
        share: Share = unshared,
    ) -> "FeedbackMessage":
        """Store a message with its files, together or not at all.

        A second post of the same words on the same ``ticket`` (a double click)
        gives the first message again. Raises QuotaUsedUp, NoRoom or another OSError when
        the files cannot be stored, DatabaseError when the rows cannot; nothing is kept then.
        """
        fingerprint = _fingerprint(ticket, [str(edition.pk), text, name, address], files)
        if twin := self.filter(fingerprint=fingerprint).first():
            return twin
        message = FeedbackMessage(edition=edition, text=text, name=name, address=address, fingerprint=fingerprint)
        if is_spam:
            message.state, message.closed_at = FeedbackMessage.State.SPAM, message.received_at
        try:
            message.save_with(files, share)
        except IntegrityError:
            if twin := self.filter(fingerprint=fingerprint).first():
                return twin
            raise
        return message


class FeedbackMessage(models.Model):
    """One message of a reader about one edition; the words are never changed, only what is done about them."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        SPAM = "spam", _("spam")

    WAITING = (State.NEW, State.OPEN)

    reference = models.CharField(_("reference"), max_length=30, unique=True, default=new_reference, editable=False)
    edition = models.ForeignKey(
        Edition,
        models.PROTECT,
        related_name="feedback_messages",
        editable=False,
        verbose_name=_("edition"),
        help_text=_("The edition that was read."),
    )
    text = models.TextField(_("message"), editable=False)
    name = models.CharField(_("name"), max_length=120, blank=True, editable=False)
    address = models.EmailField(_("address for a reply"), blank=True, editable=False)
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)

    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.NEW)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assignee"),
        help_text=_("Who deals with it."),
    )
    closed_at = models.DateTimeField(
        _("done since"),
        null=True,
        editable=False,
        help_text=_("When nothing was left to do; deletion counts from here."),
    )
    telling_since = models.DateTimeField(null=True, editable=False)
    told_at = models.DateTimeField(_("editors told at"), null=True, editable=False)
    told_to = models.JSONField(default=list, db_default=Value([], models.JSONField()), editable=False)  # keys of users

    objects = FeedbackMessageQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("feedback message")
        verbose_name_plural = _("feedback messages")
        default_permissions = ["view", "change"]  # readers add, superusers and the sweep delete
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="feedback_message_says_something"),
            models.CheckConstraint(
                condition=Q(state__in=["new", "open"], closed_at__isnull=True)
                | Q(state__in=["answered", "closed", "spam"], closed_at__isnull=False),
                name="feedback_message_waits_or_is_done_since",
            ),
        ]
        indexes = [models.Index(fields=["closed_at", "-received_at"], name="feedback_message_inbox")]

    def __str__(self) -> str:
        return self.reference

    @property
    def profile(self) -> Profile:
        return self.edition.profile

    def save_with(self, files: Sequence[Accepted], share: Share) -> None:
        """Store this new message and its files; raises as `receive` does, with nothing kept.

        Files come first, so that a row never points to a missing one. When the
        machine dies in between, or only the answer to COMMIT is lost, they are
        left to the sweep, which asks the database whose they are.
        """
        size = sum(len(file.body) for file in files)
        if not size:
            with transaction.atomic():
                self.save(force_insert=True)
            return
        Attachment.objects.check_quota(size)  # asked again below, where the answer holds
        private_storage().check_room(size)
        with share(size) as wait:
            if wait:
                raise QuotaUsedUp("Files from one network have used up its share of the day.")
            self._store(files, size)

    def _store(self, files: Sequence[Accepted], size: int) -> None:
        stored = private_storage().save_all(file.body for file in files)
        with transaction.atomic():
            try:
                Attachment.objects.claim_quota(size)
                self.save(force_insert=True)
                self.attachments.bulk_create(
                    Attachment(
                        message=self,
                        file=name,
                        name=file.name,
                        kind=file.kind,
                        size_bytes=len(file.body),
                        caution=file.caution,
                        is_ready=not KINDS[file.kind].format,
                    )
                    for name, file in zip(stored, files, strict=True)
                )
            except BaseException:  # not that of COMMIT, which may have been heard
                private_storage().delete_all(stored)
                raise

    def move_to(self, state: str) -> None:
        """Change the state; from the first state in which nothing is left to do, the time until deletion counts."""
        self.state = state
        if state in self.WAITING:
            self.closed_at = None
        elif self.closed_at is None:
            self.closed_at = timezone.now()
        self.save(update_fields=["state", "closed_at"])

    def assign_to(self, user: "User") -> None:
        """Make ``user`` responsible; what was new is then open."""
        self.assignee = user
        self.save(update_fields=["assignee"])
        if self.state == self.State.NEW:
            self.move_to(self.State.OPEN)

    def claim_telling(self) -> bool:
        """Take the right to tell editors of this message; False when another worker has it."""
        now = timezone.now()
        return bool(FeedbackMessage.objects.untold(now).filter(pk=self.pk).update(telling_since=now))

    def end_telling(self, told_to: list[int]) -> None:
        """Give the right back, and remember whom was told; nobody, and it is tried again at once."""
        told_at = timezone.now() if told_to else None
        FeedbackMessage.objects.filter(pk=self.pk).update(telling_since=None, told_at=told_at, told_to=told_to)

    def put_off_telling(self, told_to: list[int]) -> None:
        """Remember whom was told; for the others it is tried again when the right has run out."""
        FeedbackMessage.objects.filter(pk=self.pk).update(told_to=told_to)

    @transaction.atomic
    def forget(self) -> None:
        """Delete the message with its notes and files."""
        self.attachments.all().forget()
        self.delete()

    @transaction.atomic
    def forget_files(self) -> int:
        """Delete the attachments and leave a note that they were there; how many they were."""
        FeedbackMessage.objects.select_for_update().filter(pk=self.pk).first()  # one sweeper at a time leaves a note
        if count := self.attachments.all().forget():
            text = ngettext(
                "%(count)d attachment was deleted: nothing had been left to do for %(days)d days.",
                "%(count)d attachments were deleted: nothing had been left to do for %(days)d days.",
                count,
            )
            self.notes.create(text=text % {"count": count, "days": settings.FEEDBACK_KEEP_FILES_DAYS})
        return count


def _fingerprint(ticket: str, words: Sequence[str], files: Sequence[Accepted]) -> str:
    """SHA-256 over one opened form and all that was written in it; a post without a ticket is like no other."""
    bodies = [hashlib.sha256(file.body).hexdigest() for file in files]
    whole = "\0".join([ticket or secrets.token_hex(32), *words, *bodies])
    return hashlib.sha256(whole.encode()).hexdigest()
