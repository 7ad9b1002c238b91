"""Pages for people and tools: the document of the contract, its browsable form, and what each problem means. They need nobody to sign in."""

from html import escape
from pathlib import Path
from typing import Final

from flask import Flask, Response, current_app, json

from referral_api.api import languages
from referral_api.api.explanations import EXPLANATIONS, title_of
from referral_api.api.openapi import document
from referral_api.api.problems import STATUS
from referral_api.kernel.errors import NotFound
from referral_api.kernel.messages import Message

__all__ = ["READ_ONLY", "init_app"]

READ_ONLY: Final = ("GET", "HEAD")
_STATIC: Final = Path(__file__).parent / "static"
_ASSETS: Final = {
    "swagger-ui.css": ("swagger-ui/swagger-ui.css", "text/css; charset=utf-8"),
    "swagger-ui-bundle.js": ("swagger-ui/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    "docs.js": ("docs.js", "text/javascript; charset=utf-8"),
    "problem.css": ("problem.css", "text/css; charset=utf-8"),
}
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def init_app(app: Flask) -> None:
    for rule, view in (
        ("/openapi.json", _openapi),
        ("/docs", _docs),
        ("/docs/<name>", _asset),
        ("/problems", _problems),
        ("/problems/<code>", _problem),
    ):
        app.add_url_rule(rule, f"pages {rule}", view, methods=READ_ONLY, provide_automatic_options=False)


def _openapi() -> Response:
    made: bytes | None = current_app.extensions.get("openapi")
    if made is None:
        made = json.dumps(document(current_app.extensions["rooms"], current_app.config["PUBLIC_URL"])).encode()
        current_app.extensions["openapi"] = made
    return Response(made, content_type="application/json")


def _docs() -> Response:
    return _page((_STATIC / "docs.html").read_bytes())


def _asset(name: str) -> Response:
    if name not in _ASSETS:
        raise NotFound()
    path, content_type = _ASSETS[name]
    cached = {"Cache-Control": "public, max-age=3600"}
    return Response((_STATIC / path).read_bytes(), content_type=content_type, headers=cached)


def _problems() -> Response:
    language = languages.asked()
    titles = {code: escape(languages.say(title_of(code), language)) for code in EXPLANATIONS}
    items = (f'<li><a href="/problems/{code}">{title}</a> <code>{STATUS[code]} {code}</code></li>' for code, title in titles.items())  # fmt: skip
    return _article("Problems", f"<ul>{''.join(items)}</ul>", language)


def _problem(code: str) -> Response:
    if code not in EXPLANATIONS:
        raise NotFound()
    language = languages.asked()
    said = EXPLANATIONS[code]
    answered, means, meaning, do, remedy, others, contract = (
        _prose(text, language)
        for text in (
            Message("Answered as `{status} {code}`.").format(status=STATUS[code], code=code),
            "What it means", said.meaning, "What to do", said.remedy, "All problems", "The API",
        )
    )  # fmt: skip
    meaning = f"<dl><dt>{means}</dt><dd>{meaning}</dd><dt>{do}</dt><dd>{remedy}</dd></dl>"
    links = f'<p><a href="/problems">{others}</a> · <a href="/docs">{contract}</a></p>'
    return _article(title_of(code), f"<p>{answered}</p>{meaning}{links}", language)


def _prose(text: str, language: str) -> str:
    """In this language, escaped, and what stands between backticks as code."""
    parts = escape(languages.say(text, language)).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def _article(title: str, inner: str, language: str) -> Response:
    shown = escape(languages.say(title, language))
    head = f'<meta charset="utf-8"><title>{shown}</title><link rel="stylesheet" href="/docs/problem.css">'
    html = f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">'
    page = _page(f"<!doctype html>{html}<head>{head}</head><body><h1>{shown}</h1>{inner}</body></html>".encode())
    return languages.mark(page, language)


def _page(html: bytes) -> Response:
    headers = {"Content-Security-Policy": _PAGE_POLICY}
    return Response(html, content_type="text/html; charset=utf-8", headers=headers)
