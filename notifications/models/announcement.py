"""What changed, and to whom it is owed."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Least, Now
from django.utils.translation import gettext_lazy as _

from profiles.models import Edition, Profile

from .subscriber import Subscriber, SubscriberQuerySet, Subscription

LONGEST_QUIET = timedelta(minutes=60)  # an editor who moves the date again and again must not starve readers


class Cursor(models.Model):
    """What was announced last of one profile: the date and the news, and how many changes were counted so far."""

    profile = models.OneToOneField(
        "profiles.Profile", models.CASCADE, primary_key=True, related_name="cursor", verbose_name=_("profile")
    )
    announced = models.DateField(_("announced date"))
    announced_news = models.PositiveIntegerField(_("announced news"), default=0)
    sequence = models.PositiveIntegerField(_("changes"), default=0)

    def __str__(self) -> str:
        return f"{self.profile}: {self.announced}"

    def move(self, to: date, news: int) -> bool:
        """Count one change, to ``to`` and ``news``; False, with nothing done, when another worker was first."""
        moved = Cursor.objects.filter(pk=self.pk, sequence=self.sequence).update(
            announced=to, announced_news=news, sequence=F("sequence") + 1
        )
        return bool(moved)


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def open(self) -> "AnnouncementQuerySet":
        """Within the quiet window: a further change of the date joins it."""
        return self.filter(state=Announcement.State.OPEN)

    def of_unpublished(self) -> "AnnouncementQuerySet":
        return self.filter(profile__live_edition__isnull=True)

    def to_fan_out(self) -> "AnnouncementQuerySet":
        """Those begun, and those open long enough whose date still stands on a live profile, with no news since."""
        stands = Q(
            state=Announcement.State.OPEN,
            quiet_until__lte=Now(),
            profile__live_edition__isnull=False,
            profile__last_updated=F("to_date"),
            profile__news_count__lte=F("to_news"),
        )
        return self.filter(stands | Q(state=Announcement.State.READY)).order_by("pk")

    def to_compose(self) -> "AnnouncementQuerySet":
        """Those with deliveries that no message carries yet."""
        return self.filter(Exists(Delivery.objects.without_message().filter(announcement=OuterRef("pk")))).order_by(
            "pk"
        )

    def locked(self) -> "AnnouncementQuerySet":
        """For one worker at a time; the others pass by."""
        return self.select_for_update(skip_locked=True, of=("self",))


class Announcement(models.Model):
    """One change of one profile's *Last updated*, or news of the same day; it stands still once it has left *open*.

    News are counted (``Profile.news_count``), because a second substantive
    edition of a day does not move the date and is to be told all the same.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        READY = "ready", _("being fanned out")
        FANNED_OUT = "fanned-out", _("fanned out")
        WITHDRAWN = "withdrawn", _("withdrawn")

    profile = models.ForeignKey(
        "profiles.Profile", models.CASCADE, related_name="announcements", verbose_name=_("profile")
    )
    sequence = models.PositiveIntegerField(_("sequence"))
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("to"))
    from_news = models.PositiveIntegerField(_("news before"), default=0)
    to_news = models.PositiveIntegerField(_("news"), default=0)
    edition = models.ForeignKey(
        "profiles.Edition",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("edition"),
        help_text=_("The edition that carries the new date; none when the date was changed without one."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(_("first seen at"), db_default=Now())
    detected_at = models.DateTimeField(_("detected at"), db_default=Now())
    newest_wish = models.BigIntegerField(
        _("newest subscription then"), default=0, help_text=_("It is owed to this subscription and those before it.")
    )
    quiet_until = models.DateTimeField(_("quiet until"))
    fanned_out_to = models.BigIntegerField(_("last subscriber reached"), default=0, editable=False)
    wording = models.JSONField(_("wording"), null=True, blank=True, editable=False)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        ordering = ["-detected_at", "-pk"]
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        constraints = [
            models.UniqueConstraint(fields=["profile", "sequence"], name="announcement_once_per_profile_and_sequence"),
            models.UniqueConstraint(
                fields=["profile"], condition=Q(state="open"), name="announcement_open_once_per_profile"
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") | ~Q(from_date=F("to_date")) | Q(to_news__gt=F("from_news")),
                name="announcement_tells_another_date_or_news",
            ),
        ]
        indexes = [
            models.Index(fields=["state"], condition=Q(state__in=["open", "ready"]), name="announcement_under_way")
        ]

    def __str__(self) -> str:
        return f"{self.profile}: {self.from_date} → {self.to_date}"

    @property
    def sets_back(self) -> bool:
        """Whether the profile went back to an older date, which is a change all the same."""
        return self.to_date < self.from_date

    @property
    def is_of_the_same_day(self) -> bool:
        return self.to_date == self.from_date

    def owed(self) -> SubscriberQuerySet:
        """Those who had subscribed when the change was detected, told by the order of their numbers."""
        wishes = Subscription.objects.active().matching(self.profile).filter(pk__lte=self.newest_wish)
        return Subscriber.objects.reachable().filter(Exists(wishes.filter(subscriber=OuterRef("pk"))))

    def lead_to(self, profile: Profile) -> None:
        """Take over the date that ``profile`` has now; one that is back where it was, without news, tells nobody.

        Owed anew: who subscribed since the last detection has not been told of this date.
        """
        self.to_date, self.edition = profile.last_updated, edition_carrying(profile)  # type: ignore[assignment]
        self.to_news = profile.news_count
        self.quiet_until = Least(quiet_from_now(), F("opened_at") + LONGEST_QUIET)
        if self.is_of_the_same_day and self.to_news <= self.from_news:
            self.state = self.State.WITHDRAWN
        self.detected_at, self.newest_wish = Now(), Subscription.objects.newest()
        self.save()


def quiet_span() -> timedelta:
    return timedelta(minutes=settings.QUIET_MINUTES)


def quiet_from_now() -> Any:
    """When a change found now may go out, if the date is left alone."""
    return Now() + quiet_span()


def edition_carrying(profile: Profile) -> Edition | None:
    """The newest substantive edition, if it has the profile's date: only then does its note speak of this change."""
    newest = profile.editions.substantive().order_by("-number").defer("snapshot").first()
    return newest if newest and newest.last_updated == profile.last_updated else None


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def without_message(self) -> "DeliveryQuerySet":
        return self.filter(message__isnull=True)


class Delivery(models.Model):
    """One announcement owed to one subscriber; the pair is unique, so nobody is owed anything twice."""

    announcement = models.ForeignKey(
        Announcement, models.CASCADE, db_index=False, related_name="deliveries", verbose_name=_("announcement")
    )
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="deliveries", verbose_name=_("subscriber"))
    key = models.UUIDField(_("key of its message"), default=uuid.uuid4, editable=False)
    message = models.ForeignKey(
        "notifications.Message",
        models.PROTECT,  # a delivery without its message would be composed, and sent, once more
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name=_("message"),
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["announcement", "pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "subscriber"], name="delivery_once_per_announcement_and_subscriber"
            )
        ]
        indexes = [
            models.Index(fields=["announcement"], condition=Q(message__isnull=True), name="delivery_without_message")
        ]

    def __str__(self) -> str:
        return f"{self.announcement} → {self.subscriber}"
