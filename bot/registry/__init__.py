"""The registry of offices, societies and officers: brought in from files, written out to files."""

from bot.registry.areas import load_offices
from bot.registry.export import export_officers, export_societies
from bot.registry.importing import Run, within
from bot.registry.officers import import_officers
from bot.registry.report import ImportReport, Refusal
from bot.registry.returns_export import export_returns
from bot.registry.societies import import_societies

__all__ = [
    "ImportReport",
    "Refusal",
    "Run",
    "export_officers",
    "export_returns",
    "export_societies",
    "import_officers",
    "import_societies",
    "load_offices",
    "within",
]
