"""``dumpdata --format json``, the default, with whole times."""

from django.core.serializers import json
from django.core.serializers.json import Deserializer

from monitor.serializers import Whole

__all__ = ["Deserializer", "Serializer"]


class Serializer(Whole, json.Serializer):
    pass
