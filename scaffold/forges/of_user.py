"""The forges of a user: those that everybody knows, and the hosts that the user's own settings name."""

from scaffold.forges import declared
from scaffold.forges.hosts import UNSAID, Forges
from scaffold.sources import settings


def forges_of_user() -> Forges:
    """Return what connects to them; raises FormatError for settings that cannot be read."""
    base = settings.settings_file().parent
    return Forges(settings.read().optional("forges", lambda at: declared.read(at, base), UNSAID))
