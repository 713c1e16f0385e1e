"""Asked at the forge: how the settings of a project's repository stand there."""

from collections.abc import Iterator

from scaffold.blueprint.forge import Prescribed
from scaffold.errors import ScaffoldError
from scaffold.forges.declared import usual
from scaffold.forges.hosts import Forges, place_of
from scaffold.forges.of_user import forges_of_user
from scaffold.forges.port import ForgeError
from scaffold.git import remotes
from scaffold.guard import forge as rules
from scaffold.guard.forge import Seen
from scaffold.guard.rule import Looked
from scaffold.process import Notify
from scaffold.project.snapshots import View


def asked(view: View, notify: Notify, *, offline: bool) -> Iterator[Looked]:
    """Yield how the rules on the forge's settings come out; what cannot be asked is unknown."""
    prescribed = view.lock.forge or Prescribed()
    if not prescribed.wanted:
        return rules.looked(prescribed, Seen())
    return rules.looked(prescribed, _seen(view, forges_of_user(), notify, offline=offline))


def _seen(view: View, forges: Forges, notify: Notify, *, offline: bool) -> Seen:
    repository = view.project.repository
    address = remotes.origin(repository) if repository is not None else None
    if address is None:
        return Seen(absent="there is no remote")
    place = place_of(address)
    if place is None or not (place.host in forges.declared or usual(place.host)):
        return Seen(absent=f"its remote {address} is at no forge that is known")
    if offline:
        return Seen(unknown=f"{place.host} is not asked without a network")
    notify(f"Asking {place.host}")
    try:
        forge = forges.of(place.host).forge
        branch = forge.repository(place.path).default_branch
        return Seen(forge.settings(place.path, branch))
    except ForgeError as error:
        return Seen(unknown=_told(error))


def _told(error: ScaffoldError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message
