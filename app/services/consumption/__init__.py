"""Consumption: goods used, by scan, import or hand; what the supplier is then paid for."""

from app.services.consumption.commands import Consume, Consumed, ConsumedLine, ConsumeLine, Reverse
from app.services.consumption.consume import consume
from app.services.consumption.reverse import reverse

__all__ = ["Consume", "ConsumeLine", "Consumed", "ConsumedLine", "Reverse", "consume", "reverse"]
