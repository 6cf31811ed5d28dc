"""The shape of a protocol file: every key, its type and its meaning. An unknown key is an error, never ignored."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator


class ProtocolPart(BaseModel):
    """Anything in a protocol file: immutable, and no unknown key."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Threshold(ProtocolPart):
    """A number with what it needs to be checked. `verified` = read in its source; `tag` as in docs/definitions.md."""

    value: StrictBool | StrictInt | Decimal
    unit: str
    comparator: Literal["<", "<=", "=", ">=", ">"]
    tag: Literal["S", "D", "M", "P"]
    verified: bool
    source: Annotated[str, Field(min_length=1)]
    note: str = ""


class WholeNumber(Threshold):
    """A threshold in whole units."""

    value: StrictInt


class Number(Threshold):
    """A threshold with decimal places."""

    value: Decimal


class Switch(Threshold):
    """A rule that is on or off."""

    value: StrictBool


class Window(ProtocolPart):
    """Whole days from day 0, both ends counted."""

    first_day: WholeNumber
    last_day: WholeNumber

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_day.value > self.last_day.value:
            raise ValueError("first_day lies after last_day")
        return self


class Windows(ProtocolPart):
    """The windows of contracts 1."""

    look_back: Window
    early: Window
    late: Window


class IndexEvent(ProtocolPart):
    """What starts the clock: a code list, and the text rules that find it where no code does."""

    what: str
    unit: str
    code_list: str
    text_concepts: tuple[str, ...]


class Cohort(ProtocolPart):
    """Who is in. Ages are whole years on day 0, both ends counted; None is no limit.

    `disease_groups` are the values of the code list's column `disease` that name the disease or leave its lineage open;
    a text of `denied_text_concept` puts the patient out.
    """

    disease: str
    code_list: str
    disease_groups: tuple[str, ...]
    denied_text_concept: str | None = None
    age_low: int | None = None
    age_high: int | None = None


class RosterSearch(ProtocolPart):
    """Rows of a code list whose columns hold one of the values of `where`; their codes are searched on one type."""

    resource_type: str
    code_list: str
    where: dict[str, tuple[str, ...]]


class ExtractionWindow(ProtocolPart):
    """Days from day 0 that are pulled of one type, both ends; None is all time. `content` splits Observations."""

    resource_type: str
    content: Literal["all", "microbiology", "other"] = "all"
    first_day: int | None = None
    last_day: int | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.first_day is None) != (self.last_day is None):
            raise ValueError("first_day and last_day go together")
        return self
