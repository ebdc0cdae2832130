"""What the catalogue says of a case, ready to be drawn."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from linli.cases.catalogue.queries import Proposal
from linli.kernel.errors import RuleBroken
from linli.territory.models import Organisation


@dataclass(frozen=True)
class Offer:
    """A unit that an order may be sent to: named by the catalogue or not, or closed with the reason."""

    organisation: Organisation
    why: str
    is_named: bool
    closed: RuleBroken | None


def offers_of(proposal: Proposal) -> list[Offer]:
    """Return the units an order can go to, those that the catalogue names first, closed ones last."""
    offers = [
        Offer(
            unit,
            proposal.why if unit in proposal.leads else _serves(unit, proposal),
            unit in proposal.leads,
            proposal.refusal(unit),
        )
        for unit in proposal.options
    ]
    return sorted(offers, key=lambda offer: offer.closed is not None)


def _serves(unit: Organisation, proposal: Proposal) -> str:
    if unit.serves == proposal.place:
        return _("Serves %(place)s itself") % {"place": proposal.place.label}
    return _("Serves %(place)s, which %(inner)s belongs to") % {
        "place": unit.serves.label,
        "inner": proposal.place.label,
    }
