"""The demonstration: a made-up registry, dated to the day it is shown, and the people to text as.

Names and numbers are constructed; none belongs to a real person.
"""

from bot.demo.loading import load
from bot.demo.persons import DemoPerson, people
from bot.demo.returns import load_returns

__all__ = ["DemoPerson", "load", "load_returns", "people"]
