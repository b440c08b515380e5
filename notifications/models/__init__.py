from .announcement import Announcement, Cursor, Delivery
from .breaker import Breaker
from .message import Message
from .subscriber import Ending, Subscriber, Subscription

__all__ = [
    "Announcement",
    "Breaker",
    "Cursor",
    "Delivery",
    "Ending",
    "Message",
    "Subscriber",
    "Subscription",
]
