"""What the publish page asks of this room; a template tag, because `profiles` imports nothing from here."""

from django import template

from notifications.models import Subscription
from profiles.models import Profile

register = template.Library()


@register.simple_tag
def followers_count(profile: Profile) -> int:
    """How many people would be told of this profile now: ``{% followers_count profile as followers %}``."""
    wishes = Subscription.objects.active().of_reachable().matching(profile)
    return wishes.values("subscriber").distinct().count()
