from .attachment import Attachment, network_share
from .message import FeedbackMessage, Share
from .note import InternalNote, NoteIsForever

__all__ = ["Attachment", "FeedbackMessage", "InternalNote", "NoteIsForever", "Share", "network_share"]
