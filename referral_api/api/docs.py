"""Pages for people and tools: the document of the contract, its browsable form, and what each problem means. They need nobody to sign in."""

from html import escape
from pathlib import Path
from typing import Final

from flask import Flask, Response, current_app, json

from referral_api.api.explanations import EXPLANATIONS, title_of
from referral_api.api.openapi import document
from referral_api.api.problems import STATUS
from referral_api.kernel.errors import NotFound

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
    items = (f'<li><a href="/problems/{code}">{escape(title_of(code))}</a> <code>{STATUS[code]} {code}</code></li>' for code in EXPLANATIONS)  # fmt: skip
    return _article("Problems", f"<ul>{''.join(items)}</ul>")


def _problem(code: str) -> Response:
    if code not in EXPLANATIONS:
        raise NotFound()
    said = EXPLANATIONS[code]
    answered = f"<p>Answered as <code>{STATUS[code]} {code}</code>.</p>"
    meaning = f"<dl><dt>What it means</dt><dd>{_prose(said.meaning)}</dd><dt>What to do</dt><dd>{_prose(said.remedy)}</dd></dl>"
    return _article(title_of(code), f'{answered}{meaning}<p><a href="/problems">All problems</a> · <a href="/docs">The API</a></p>')  # fmt: skip


def _prose(text: str) -> str:
    """Escaped, and what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def _article(title: str, inner: str) -> Response:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><link rel="stylesheet" href="/docs/problem.css">'
    body = f"<h1>{escape(title)}</h1>{inner}"
    return _page(f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'.encode())


def _page(html: bytes) -> Response:
    headers = {"Content-Security-Policy": _PAGE_POLICY}
    return Response(html, content_type="text/html; charset=utf-8", headers=headers)
