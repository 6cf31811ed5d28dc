"""Drug blocks before the infusion, and which of them count as the exposure (declared, never computed)."""

from __future__ import annotations

from dataclasses import dataclass

from .laboratory import Event
from .treatments import drug, not_given, ordered


@dataclass(frozen=True)
class Regimen:
    """Drugs given after collection (day -40) and before lymphodepletion; exposed: cytotoxic and not exactly F and C."""

    events: tuple[Event, ...]
    exposed: bool | None


BRIDGING: dict[str, Regimen] = {
    "none": Regimen((), exposed=False),
    "fc": Regimen((drug("fludarabine", -30, -28), drug("cyclophosphamide", -30, -28)), exposed=False),
    "cytarabine": Regimen((drug("cytarabine", -25, -22),), exposed=True),
    "cytarabine_late": Regimen((drug("cytarabine", -18, -16),), exposed=True),
    "cytarabine_rxnorm": Regimen((drug("cytarabine_rxnorm", -24, -22),), exposed=True),
    "vincristine": Regimen((drug("vincristine", -27), drug("dexamethasone", -27, -24)), exposed=True),
    "mitoxantrone": Regimen((drug("mitoxantrone", -32, -30), drug("etoposide", -32, -30)), exposed=True),
    "fludarabine_cytarabine": Regimen((drug("fludarabine", -23, -19), drug("cytarabine", -23, -19)), exposed=True),
    # With cyclophosphamide the third drug makes the block another one than fludarabine-cyclophosphamide.
    "fc_etoposide": Regimen(
        (drug("fludarabine", -29, -27), drug("cyclophosphamide", -29, -27), drug("etoposide", -25)), exposed=True
    ),
    "antibody": Regimen((drug("blinatumomab", -28, -20),), exposed=False),
    "tki": Regimen((drug("imatinib", -30, -16, route="po"),), exposed=False),
    "intrathecal": Regimen((drug("methotrexate", -21, route="it"), drug("cytarabine", -21, route="it")), exposed=False),
    "steroid": Regimen((drug("dexamethasone", -24, -18, route="po"),), exposed=False),
    "before_collection": Regimen((drug("etoposide", -46, -44),), exposed=False),
    "not_given": Regimen((not_given("cytarabine", -24), ordered("cytarabine", -24, -22)), exposed=False),
    "in_error": Regimen((not_given("mitoxantrone", -26, status="entered-in-error"),), exposed=False),
    "ordered_only": Regimen((ordered("etoposide", -25, -23),), exposed=False),
    "order_cancelled": Regimen((ordered("cytarabine", -25, -23, status="cancelled"),), exposed=False),
    # No collection is recorded for this one: the interval then begins on day -60.
    "since_day_60": Regimen((drug("cytarabine", -52, -50),), exposed=True),
    "unknown": Regimen((), exposed=None),
}

DEPLETION: dict[str, tuple[Event, ...]] = {
    "fc": (drug("fludarabine", -6, -4), drug("cyclophosphamide", -6, -4)),
    "fc_intrathecal": (
        drug("fludarabine", -6, -4),
        drug("cyclophosphamide", -6, -4),
        drug("methotrexate", -5, route="it"),
    ),
    # A third drug in the block: its type is other, and it is still lymphodepletion.
    "fc_etoposide": (drug("fludarabine", -6, -4), drug("cyclophosphamide", -6, -4), drug("etoposide", -5)),
    "bendamustine": (drug("bendamustine", -5, -4),),
    "ends_day_14": (drug("fludarabine", -16, -14), drug("cyclophosphamide", -16, -14)),
    "ends_day_1": (drug("fludarabine", -3, -1), drug("cyclophosphamide", -2, -1)),
    "none": (),
}
