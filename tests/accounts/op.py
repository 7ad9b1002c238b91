"""A real OpenID provider on the loopback, by a maker who has nothing to do with this service: idpyoidc, with PKCE required.

What a wrong provider would do is done by `forge`: a change of the answers of its token endpoint.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptojwt.jws.jws import JWS
from flask import Flask, Response, request
from idpyoidc.server import Server
from idpyoidc.server.configure import OPConfiguration
from idpyoidc.server.oidc.authorization import Authorization
from idpyoidc.server.oidc.provider_config import ProviderConfiguration
from idpyoidc.server.oidc.token import Token
from idpyoidc.server.user_authn.user import NoAuthn
from werkzeug.serving import make_server

from referral_api.identity import base64url

PASSWORD_ALONE = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
REDIRECT = "https://desk.example.org/signed-in"
CLIENTS = {"referral": "a-secret-of-the-police", "clinic": "a-secret-of-the-clinic"}


class Op:
    """The provider, and whoever stands before it with a browser."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.forge = lambda answer: answer
        self.asked: list[str] = []
        self.server = Server(OPConfiguration(conf=_configuration(self.issuer), base_path="/tmp"))
        context = self.server.context
        for name, secret in CLIENTS.items():
            context.cdb[name] = {
                "client_id": name,
                "client_secret": secret,
                "redirect_uris": [(REDIRECT, None)],
                "client_salt": "salted",
                "token_endpoint_auth_method": "client_secret_basic",
                "response_types_supported": ["code"],
                "allowed_scopes": ["openid"],
            }
            self.server.keyjar.add_symmetric(name, secret)

    def signs_in(self, user: str, url: str) -> dict[str, str]:
        """Somebody signs in at the address that we sent the browser to; what the browser comes back with."""
        self.server.context.authn_broker.default()["method"].user = user
        parts = urlsplit(url)
        assert self.issuer == f"{parts.scheme}://{parts.netloc}"
        endpoint = self.server.get_endpoint("authorization")
        asked = endpoint.parse_request({name: values[0] for name, values in parse_qs(parts.query).items()})
        assert "error" not in asked, asked
        args = endpoint.process_request(asked)
        return {name: str(args["response_args"][name]) for name in ("code", "state")}

    def kid(self) -> str:
        return str(self._key().kid)

    def sign(self, claims: dict[str, Any]) -> str:
        """A token under the provider's own key, with whatever claims."""
        signed: str = JWS(json.dumps(claims), alg="RS256").sign_compact([self._key()])
        return signed

    def claims(self, token: str) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(base64url.decode(token.split(".")[1]))
        return said

    def _key(self) -> Any:
        return self.server.keyjar.get_signing_key("RSA")[0]


def subject_of(user: str) -> str:
    """The `sub` by which the provider knows somebody."""
    return hashlib.sha256(user.encode()).hexdigest()


def _configuration(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "httpc_params": {"verify": True},
        "key_conf": {
            "key_defs": [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}],
            "uri_path": "jwks.json",
        },
        "token_handler_args": {
            "code": {"lifetime": 600, "kwargs": {"crypt_conf": _CRYPT}},
            "token": {"lifetime": 600, "kwargs": {"crypt_conf": _CRYPT}},
            "id_token": {"class": "idpyoidc.server.token.id_token.IDToken", "kwargs": {}},
        },
        "endpoint": {
            "provider_config": {
                "path": ".well-known/openid-configuration",
                "class": ProviderConfiguration,
                "kwargs": {},
            },
            "authorization": {
                "path": "authorization",
                "class": Authorization,
                "kwargs": {"response_types_supported": ["code"]},
            },
            "token": {"path": "token", "class": Token, "kwargs": {"client_authn_method": ["client_secret_basic"]}},
        },
        "authentication": {"anon": {"acr": PASSWORD_ALONE, "class": NoAuthn, "kwargs": {"user": "nobody"}}},
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": {}}},
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_methods": {"S256": None}},
            }
        },
        "session_params": {"encrypter": _CRYPT, "sub_func": {"public": {"function": _subject}}},
        "template_dir": "template",
    }


def _subject(user_id: str, **more: Any) -> str:
    return subject_of(user_id)


_CRYPT = {
    "kwargs": {
        "keys": {
            "key_defs": [
                {"type": "OCT", "use": ["enc"], "kid": "password"},
                {"type": "OCT", "use": ["enc"], "kid": "salt"},
            ]
        },
        "iterations": 1,
    }
}


def _application(op: Op) -> Flask:
    app = Flask("op")

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        op.asked.append("configuration")
        endpoint = op.server.get_endpoint("provider_config")
        return Response(json.dumps(endpoint.process_request()["response_args"]), content_type="application/json")

    @app.get("/jwks.json")
    def jwks() -> Response:
        op.asked.append("jwks")
        return Response(op.server.keyjar.export_jwks_as_json(), content_type="application/json")

    @app.get("/wrong/<how>")
    def wrong(how: str) -> Response:
        answer = Response('{"right": true}', content_type="application/json")
        if how == "elsewhere":
            answer.status_code, answer.headers["Location"] = 302, "/wrong/right"
        if how == "packed":
            answer.headers["Content-Encoding"] = "gzip"
        if how == "missing":
            answer.status_code = 404
        answer.data = {"large": b'{"right": "' + b"x" * 300_000 + b'"}', "list": b"[]", "broken": b"{"}.get(
            how, answer.data
        )
        return answer

    @app.post("/token")
    def token() -> Response:
        op.asked.append("token")
        endpoint = op.server.get_endpoint("token")
        asked = endpoint.parse_request(
            request.form.to_dict(), http_info={"headers": {"authorization": request.headers.get("Authorization", "")}}
        )
        if "error" in asked:
            return Response(asked.to_json(), 400, content_type="application/json")
        answer = endpoint.process_request(asked)
        if "error" in answer:
            return Response(answer.to_json(), 400, content_type="application/json")
        said = answer["response_args"]
        said = said if isinstance(said, dict) else said.to_dict()
        return Response(json.dumps(op.forge(dict(said))), content_type="application/json")

    return app


@contextmanager
def running() -> Iterator[Op]:
    server = make_server("127.0.0.1", 0, Flask("waiting"), threaded=True)
    op = Op(server.server_port)
    server.app = _application(op)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield op
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
