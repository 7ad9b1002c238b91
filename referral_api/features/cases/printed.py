"""The receipts of a case on paper, for the child or for a caregiver who may know, in one of four languages.

Paper is found by others: the page names no child, no case and no shelter, and has no reference but the day.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any, Final

from referral_api.kernel.codes import LANGUAGES, SETS

__all__ = ["CONTENT_POLICY", "Told", "language_of", "printed"]

_STYLE: Final = (
    "body{font:1rem/1.6 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:start;vertical-align:top;padding:.4rem;border:1px solid #999}"
)
CONTENT_POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "child": "What was shared about you",
        "guardian": "What was shared about the child",
        "head": "Day|Shared with|Why|What|On what ground",
        "none": "Nothing was shared until today.",
        "end": "If something here is wrong, or if this should not go on, tell the person who gave you this page.",
    },
    "ar": {
        "child": "المعلومات التي تمت مشاركتها عنك",
        "guardian": "المعلومات التي تمت مشاركتها عن الطفل",
        "head": "اليوم|الجهة التي تلقّت المعلومات|الغرض|المعلومات|الأساس",
        "none": "لم تتم مشاركة أي معلومات حتى اليوم.",
        "end": "إذا كان في هذه الصفحة خطأ، أو إذا كان ينبغي ألا يستمر ذلك، فأخبر الشخص الذي أعطاك هذه الصفحة.",
    },
    "fr": {
        "child": "Ce qui a été communiqué à ton sujet",
        "guardian": "Ce qui a été communiqué au sujet de l’enfant",
        "head": "Jour|Communiqué à|Pourquoi|Quoi|Sur quelle base",
        "none": "Rien n’a été communiqué jusqu’à aujourd’hui.",
        "end": "En cas d’erreur, ou si cela ne doit pas continuer, il suffit de le dire à la personne qui a remis cette page.",
    },
    "es": {
        "child": "Lo que se ha comunicado sobre ti",
        "guardian": "Lo que se ha comunicado sobre la niña, niño o adolescente",
        "head": "Día|Comunicado a|Para qué|Qué|Sobre qué base",
        "none": "No se ha comunicado nada hasta hoy.",
        "end": "Si hay algún error, o si esto no debe continuar, basta con decirlo a la persona que entregó esta página.",
    },
}


@dataclass(frozen=True, slots=True)
class Told:
    """One disclosure: on which day, to whom, for which purpose, which classes, on what basis."""

    day: date
    agency_name: str
    agency_type: str
    purpose: str | None
    data_classes: Iterable[str]
    basis: str | None


def language_of(wanted: str | None, spoken: str | None) -> str:
    """The language asked for, else the child's, else English."""
    own = (spoken or "").partition("-")[0].lower()
    return wanted or (own if own in LANGUAGES else "en")


def printed(told: Iterable[Told], *, reader: str, language: str) -> bytes:
    """The page: one line for what was shared with one agency for one purpose on one day. `reader`: child or guardian."""
    words = _WORDS[language]
    lines: dict[tuple[Any, ...], set[str]] = {}
    for each in told:
        lines.setdefault((each.day, _name(each, language), each.purpose, each.basis), set()).update(each.data_classes)
    head = "".join(f"<th>{escape(word)}</th>" for word in words["head"].split("|"))
    rows = "".join(_row(key, classes, language) for key, classes in sorted(lines.items(), key=lambda line: line[0][:2]))
    body = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if lines else f"<p>{words['none']}</p>"
    title = escape(words[reader])
    return (
        f'<!doctype html><html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"><head><meta charset="utf-8">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1>{body}<p>{escape(words['end'])}</p></body></html>"
    ).encode()


def _name(each: Told, language: str) -> str:
    """A shelter's name tells where a child lives, so it is called by its kind."""
    return _label("agency_type", "shelter", language) if each.agency_type == "shelter" else each.agency_name


def _row(key: tuple[Any, ...], classes: Iterable[str], language: str) -> str:
    day, name, purpose, basis = key
    what = ", " if language != "ar" else "، "
    cells = (
        day.isoformat(),
        name,
        _label("purpose", purpose, language),
        what.join(_label("data_class", each, language) for each in SETS["data_class"].codes if each in classes),
        _label("consent_basis", basis, language),
    )
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _label(name: str, code: str | None, language: str) -> str:
    """A code in words; one that this set does not have (break-glass as a basis) is in another."""
    if code == "break_glass":
        return SETS["relation"].labels[code][language]
    return SETS[name].labels[code][language] if code in SETS[name] and code is not None else ""
