"""``dumpdata --format jsonl`` with whole times."""

from django.core.serializers import jsonl
from django.core.serializers.jsonl import Deserializer

from monitor.serializers import Whole

__all__ = ["Deserializer", "Serializer"]


class Serializer(Whole, jsonl.Serializer):
    pass
