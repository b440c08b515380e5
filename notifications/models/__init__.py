from .announcement import Announcement, Cursor, Delivery
from .message import Message
from .subscriber import Ending, Subscriber, Subscription

__all__ = [
    "Announcement",
    "Cursor",
    "Delivery",
    "Ending",
    "Message",
    "Subscriber",
    "Subscription",
]
