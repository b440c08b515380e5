from .attachment import Attachment
from .message import FeedbackMessage
from .note import InternalNote, NoteIsForever

__all__ = ["Attachment", "FeedbackMessage", "InternalNote", "NoteIsForever"]
