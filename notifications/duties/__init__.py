"""What happens after a profile's date has changed: detect → fan out → compose → send → sweep.

Each duty looks at rows, does a piece of what is missing, and returns how many
rows it dealt with; 0 means idle. Any of them may be killed at any moment and run
again by any worker. The promise: no update is lost, nothing is doubled without
a crash, and a crash can double only the one mail a worker was handing over,
with the same Message-ID and counted on its row.
"""

from .composing import compose
from .detecting import detect
from .fanning_out import fan_out
from .sending import send
from .sweeping import sweep

__all__ = ["compose", "detect", "fan_out", "send", "sweep"]
