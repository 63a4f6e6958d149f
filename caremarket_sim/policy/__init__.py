"""What a council can decide: the levers, three presets of them, and a complete set of lever values.

`LEVERS` and `PRESETS` are read from the data shipped with the package; `NEUTRAL` is a typical borough of 2024/25.
"""

from caremarket_sim.policy.levers import LEVERS, Lever
from caremarket_sim.policy.presets import PRESET_TITLES, PRESETS, REASONS, Reason, of_preset
from caremarket_sim.policy.settings import NEUTRAL, ROW_TYPE, Levers

__all__ = [
    "LEVERS",
    "NEUTRAL",
    "PRESETS",
    "PRESET_TITLES",
    "REASONS",
    "ROW_TYPE",
    "Lever",
    "Levers",
    "Reason",
    "of_preset",
]
