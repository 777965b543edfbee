"""Who runs a network, as its registration at the carrier asks for it: a small file that its
stewards fill in, kept apart from `hotline.toml` because it names a person, their phone and a tax
number.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from hotline import phone
from hotline.errors import BadSettings


class OwnerKind(StrEnum):
    """What whoever registers is, before the law."""

    NON_PROFIT = "non-profit"
    SOLE_PROPRIETOR = "sole proprietor"
    """One person, for a group that has no tax number."""
    PRIVATE = "private"
    GOVERNMENT = "government"


FORM = """\
# Who runs this network, for its registration at the carrier. Only the carrier is sent this.
# Nobody else on this machine needs to read it: chmod 600.

legal_name = ""        # exactly as in the letter with your tax number; else your own name
kind = "non-profit"    # or "sole proprietor" (no tax number), "private", "government"
tax_number = ""        # EIN in the US, Business Number in Canada; empty for a sole proprietor
website = ""           # https://..., a page of yours that says what the network does
street = ""
city = ""
region = ""            # two letters in the US and Canada
postcode = ""
country = "US"
first_name = ""        # whom the carrier asks
last_name = ""
email = ""
phone = ""             # +1...
texts_a_month = 1000   # roughly
opt_in_picture = ""    # https://..., a picture of your flyer or page with the number on it
privacy_page = ""      # https://..., if you have one
terms_page = ""        # https://..., if you have one

# What the carrier reads about your texts is written for you. To say it otherwise:
# [texts]
# summary = "..."
# how_people_join = "..."
"""

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Needed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _page(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise ValueError("is no address of a page; write it like https://example.org")
    return text


def _number(text: str) -> str:
    return phone.parse(text, "US")


Page = Annotated[Text, AfterValidator(_page)]
NeededPage = Annotated[Needed, AfterValidator(_page)]


class OwnTexts(BaseModel):
    """What a network says in the place of our texts about it; empty for ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    summary: Text = ""
    how_people_join: Text = ""


class Owner(BaseModel):
    """Who registers. `country` in two letters; `phone` as +1…"""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    legal_name: Needed
    kind: OwnerKind = OwnerKind.NON_PROFIT
    tax_number: Text = ""
    website: NeededPage
    street: Needed
    city: Needed
    region: Needed
    postcode: Needed
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = "US"
    first_name: Needed
    last_name: Needed
    email: Annotated[Needed, StringConstraints(pattern="^[^@ ]+@[^@ ]+$")]
    phone: Annotated[Needed, AfterValidator(_number)]
    texts_a_month: Annotated[int, Field(ge=1)] = 1000
    opt_in_picture: NeededPage
    privacy_page: Page = ""
    terms_page: Page = ""
    texts: OwnTexts = OwnTexts()

    @model_validator(mode="after")
    def _has_its_number(self) -> Owner:
        """https://www.twilio.com/docs/messaging/api/tollfree-verification-resource: of every kind
        but one."""
        if self.kind is not OwnerKind.SOLE_PROPRIETOR and not self.tax_number:
            raise ValueError(
                'tax_number is missing; a group without one registers as kind = "sole proprietor"'
            )
        return self


def read(text: str, file: str) -> Owner:
    """The owner in a file of this text. Raises BadSettings that names the file, each setting, what
    is wrong and how to write it right, and never what was written."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings([f"{file}: {error}; look for a missing quote or ]"]) from None
    try:
        return Owner.model_validate(given)
    except ValidationError as error:
        raise BadSettings([f"{file}: {it}" for it in _mistakes(error)]) from None


def _mistakes(error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False, include_input=False):
        place = ".".join(map(str, detail["loc"]))
        yield f"{place}: {_said(detail)}" if place else _own_words(detail)


def _said(detail: Any) -> str:
    match detail["type"]:
        case "missing" | "string_too_short":
            return "is missing; `hotline provision form` shows what it is"
        case "extra_forbidden":
            return "is no setting of this file; `hotline provision form` shows which there are"
        case "enum":
            return f"must be one of {', '.join(OwnerKind)}"
        case "value_error":
            return _own_words(detail)
    return "cannot be read; `hotline provision form` shows how it is written"


def _own_words(detail: Any) -> str:
    return str(detail["msg"]).removeprefix("Value error, ")
