"""The blind index: whether two cases name the same child can be compared without opening either.

One keyed hash over names, birth date and sex together, so that no part of them can be tried alone. It is written with each version of
an identity, goes when the identity does, and says nothing to whoever has the database without the key ring.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert

from referral_api import vault
from referral_api.features.cases.models import BlindIndex
from referral_api.work import Work

__all__ = ["blind_value", "index_identity", "name_parts"]

_NAMES = ("given_names", "family_names")
_SEXES = frozenset({"female", "male", "other"})
_SILENT = re.compile("[\u0640'`\u2018\u2019\u02bb-\u02bf]")
"""Tatweel, and the signs that some write within a name and others leave out."""
_ONE_FORM = str.maketrans(
    {
        "\u0671": "\u0627",
        "\u0649": "\u064a",
        "\u06cc": "\u064a",
        "\u06d2": "\u064a",
        "\u0629": "\u0647",
        "\u06c1": "\u0647",
        "\u06c0": "\u0647",
        "\u06d5": "\u0647",
        "\u06a9": "\u0643",
        "\u0131": "i",
        "\u0142": "l",
        "\u00f8": "o",
        "\u0111": "d",
        "\u00e6": "ae",
        "\u0153": "oe",
    }
)
"""Letters that are written in more than one form and do not decompose: alef, ya, ta marbuta, kaf; and some Latin ones."""


def name_parts(name: str) -> list[str]:
    """The parts of a name in one spelling: without case, marks and tatweel, Arabic letters in one form, in any order."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = _SILENT.sub("", plain).casefold().translate(_ONE_FORM)
    kept = (c if unicodedata.category(c)[0] in "LMN" else "" if unicodedata.category(c) == "Cf" else " " for c in plain)
    return sorted("".join(kept).split())


def blind_value(identity: Mapping[str, Any]) -> bytes | None:
    """The keyed hash of who this is; None where a name or the birth date is missing, since less would match too many."""
    parts = sorted(part for field in _NAMES for part in name_parts(identity.get(field) or ""))
    born = identity.get("date_of_birth")
    if not parts or not born:
        return None
    sex = identity.get("sex")
    text = f"{' '.join(parts)}\0{born}\0{sex if sex in _SEXES else ''}"
    return vault.ring().digest("blind", text.encode())


_GONE = delete(BlindIndex.__table__).where(BlindIndex.__table__.c.case_id == bindparam("of_case"))  # type: ignore[arg-type]
_INDEX = insert(BlindIndex.__table__)  # type: ignore[arg-type]


def index_identity(w: Work, case_id: UUID, identity: Mapping[str, Any]) -> None:
    """Keep the index in step with the identity that is written in the same transaction."""
    w.session.execute(_GONE, {"of_case": case_id})
    if (value := blind_value(identity)) is not None:
        w.session.execute(_INDEX, {"case_id": case_id, "value": value})
