"""Who wants to be told, and of what."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Max, Q, Value
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.addresses import address_key
from notifications.clock import today
from notifications.scope import Scope
from profiles.models import Profile

REFUSALS_BEFORE_SILENCE = 3  # on as many days, as mailing lists have long done it: one refusal may be a slip


class Ending(models.TextChoices):
    """Why a subscription ended."""

    LEFT = "left", _("left by the link in a mail")
    ONE_CLICK = "one-click", _("left by the mail program's button")
    MANAGED = "managed", _("ended on the manage page")
    ERASED = "erased", _("the address was deleted")


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def reachable(self) -> "SubscriberQuerySet":
        """Those who may be written to: not erased, and not silenced by refusals."""
        return self.filter(erased_at__isnull=True, suppressed_at__isnull=True)

    @transaction.atomic
    def confirm(self, address: str, scope: Scope) -> "Subscriber":
        """Begin what the owner of ``address`` (cleaned, and proven by a mail) asked for; repeating it changes nothing.

        An address known in another spelling keeps the spelling that was
        confirmed first. A proof that mail arrives ends earlier silence.
        """
        subscriber, _made = self.get_or_create(address_key=address_key(address), defaults={"address": address})
        self.filter(pk=subscriber.pk).update(suppressed_at=None, refusal_count=0, refused_on=None)
        Subscription.objects.bulk_create(
            [Subscription(subscriber=subscriber, country=scope.country, theme=scope.theme, language=scope.language)],
            ignore_conflicts=True,
        )
        return subscriber


class Subscriber(models.Model):
    """An address whose owner asked to be told; the address goes, the row stays, when its owner wants it deleted."""

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    address = models.CharField(_("address"), max_length=254, blank=True)
    address_key = models.CharField(max_length=254, unique=True, null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed at"), db_default=Now(), editable=False)
    refusal_count = models.PositiveSmallIntegerField(_("days on which mail was refused"), default=0, editable=False)
    refused_on = models.DateField(_("last refused on"), null=True, blank=True, editable=False)
    suppressed_at = models.DateTimeField(_("silenced at"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-confirmed_at", "-pk"]
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, address_key__isnull=False) & ~Q(address="")
                | Q(erased_at__isnull=False, address_key__isnull=True, address=""),
                name="subscriber_has_an_address_until_erased",
            ),
        ]
        indexes = [
            models.Index(fields=["erased_at"], condition=Q(erased_at__isnull=False), name="subscriber_erased"),
        ]

    def __str__(self) -> str:
        return self.address or str(_("erased"))

    def count_refusal(self, *, is_final: bool) -> None:
        """Remember that the mail server refused this mailbox today; a final refusal, or the third day, silences it."""
        mine = Subscriber.objects.filter(pk=self.pk)
        mine.filter(Q(refused_on__isnull=True) | Q(refused_on__lt=today())).update(
            refusal_count=F("refusal_count") + 1, refused_on=today()
        )
        enough = mine if is_final else mine.filter(refusal_count__gte=REFUSALS_BEFORE_SILENCE)
        enough.filter(suppressed_at__isnull=True).update(suppressed_at=Now())

    @transaction.atomic
    def erase(self) -> None:
        """Delete the address and end all subscriptions. What was sent stays counted, without saying to whom."""
        self.subscriptions.active().end(Ending.ERASED)
        self.address, self.address_key, self.erased_at = "", None, timezone.now()
        self.save(update_fields=["address", "address_key", "erased_at"])


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> "SubscriptionQuerySet":
        return self.filter(ended_at__isnull=True)

    def matching(self, profile: Profile) -> "SubscriptionQuerySet":
        """Every wish that covers this profile: for itself, its country, its theme, or everything."""
        return self.filter(
            Q(country=profile.country_id) | Q(country__isnull=True),
            Q(theme=profile.theme_id) | Q(theme__isnull=True),
            language=profile.language,
        )

    def chosen(self, choice: str) -> "SubscriptionQuerySet":
        """What a person picked on the manage page: ``all``, or one by its number; anything else is none."""
        if choice == "all":
            return self.active()
        return self.active().filter(pk=int(choice)) if choice.isdecimal() and len(choice) < 19 else self.none()

    def of_reachable(self) -> "SubscriptionQuerySet":
        return self.filter(subscriber__erased_at__isnull=True, subscriber__suppressed_at__isnull=True)

    def newest(self) -> int:
        """The highest number given so far: whoever has this or a lower one had subscribed by now.

        Numbers only grow, whatever clocks do. All that are committed are at or
        below it, so no one who had subscribed is left out. Of those who confirm
        at this very moment one may have taken a lower number and commit later;
        that reader is told of a change no older than the own click, a mail too
        many at worst and never one too few. A lock shared with confirming would
        only decide this tie the other way.
        """
        return self.aggregate(newest=Max("pk"))["newest"] or 0

    def end(self, reason: Ending) -> int:
        """End those that are active, and say why; an ended row is history and is never revived."""
        return self.active().update(ended_at=Now(), ended_reason=reason)


class Subscription(models.Model):
    """A subscriber's wish to follow something; starts when confirmed, ends with a reason."""

    subscriber = models.ForeignKey(
        Subscriber, models.CASCADE, related_name="subscriptions", verbose_name=_("subscriber")
    )
    country = models.ForeignKey(
        "profiles.Country",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("country"),
        help_text=_("Empty: all countries."),
    )
    theme = models.ForeignKey(
        "profiles.Theme",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("theme"),
        help_text=_("Empty: all themes."),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    confirmed_at = models.DateTimeField(_("confirmed at"), db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    ended_reason = models.CharField(
        _("reason"), max_length=10, choices=Ending.choices, blank=True, default="", editable=False
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["subscriber", "confirmed_at", "pk"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            # Coalesce: to a database no NULL equals another, but "all countries" is the same wish each time.
            models.UniqueConstraint(
                "subscriber",
                "language",
                Coalesce("country", Value(0)),
                Coalesce("theme", Value(0)),
                condition=Q(ended_at__isnull=True),
                name="subscription_active_once_per_subscriber_and_scope",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_reason="")
                | Q(ended_at__isnull=False, ended_reason__in=Ending.values),
                name="subscription_that_ended_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="subscription_ended"),
        ]

    def __str__(self) -> str:
        return str(self.scope)

    @property
    def scope(self) -> Scope:
        return Scope(self.country, self.theme, self.language)
