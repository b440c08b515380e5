from .announcement import Announcement, Cursor, Delivery
from .message import Message, NotOwed
from .subscriber import Ending, Subscriber, Subscription

__all__ = [
    "Announcement",
    "Cursor",
    "Delivery",
    "Ending",
    "Message",
    "NotOwed",
    "Subscriber",
    "Subscription",
]
