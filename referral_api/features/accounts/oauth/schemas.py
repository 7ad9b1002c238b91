"""OAuth's forms in, OAuth's documents out (RFC 6749, 7009, 7662, 8414)."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from referral_api.api.fields import Body, Flag, Machine, Nested, Text, Whole, many
from referral_api.features.accounts.clients.schemas import SCOPES
from referral_api.features.accounts.oauth.proofs import JWT_BEARER
from referral_api.identity.jwk import ALGORITHMS

__all__ = [
    "IntrospectToken",
    "IntrospectionOut",
    "IssueToken",
    "JwksOut",
    "MetadataOut",
    "ResourceOut",
    "OAuthErrorOut",
    "RevokeToken",
    "TokenOut",
    "metadata",
    "resource",
]


class _ClientForm(Schema):
    """What every form of a client may hold. OAuth ignores what it does not know (RFC 6749, 3.2)."""

    class Meta:
        unknown = EXCLUDE

    client_id = Machine(200, metadata={"description": "`client_...`"})
    client_secret = Machine(500, metadata={"description": "client_secret_post; the header is as good."})
    client_assertion_type = Machine(200, metadata={"description": "private_key_jwt.", "example": JWT_BEARER})
    client_assertion = Machine(16_000, metadata={"description": "A JWT that the client has signed (RFC 7523)."})


class IssueToken(_ClientForm):
    grant_type = Machine(200, metadata={"description": "client_credentials", "example": "client_credentials"})
    scope = Machine(4_000, metadata={"description": "Less than the client holds, or left out for all."})


class RevokeToken(_ClientForm):
    token = Machine(16_000, metadata={"description": "The access token."})
    token_type_hint = Machine(200, metadata={"description": "Not needed here."})


class IntrospectToken(RevokeToken):
    """Whether a token still counts."""


class TokenOut(Body):
    access_token = Machine(4_000)
    token_type = Text(metadata={"example": "Bearer"})
    expires_in = Whole(0, 3_600, metadata={"example": 300})
    scope = Text(4_000)


class ConfirmationOut(Body):
    """The key that a token is bound to (RFC 7800)."""

    jkt = Text(64, metadata={"description": "Its thumbprint (RFC 7638)."})


class IntrospectionOut(Body):
    sometimes = ("iss", "aud", "sub", "client_id", "jti", "iat", "exp", "token_type", "scope", "cnf")

    active = Flag(metadata={"description": "Everything else is said of a token of your own agency only."})
    iss = Text(500)
    aud = Text(500)
    sub = Text(metadata={"description": "`member_...` or `client_...`"})
    client_id = Text()
    jti = Text()
    iat = Whole(0, 2**53)
    exp = Whole(0, 2**53)
    token_type = Text(metadata={"example": "Bearer"})
    scope = Text(4_000)
    cnf = Nested(ConfirmationOut)


class OAuthErrorOut(Body):
    error = Text(64, metadata={"example": "invalid_client"})
    error_description = Text(metadata={"example": "The client did not prove who it is."})


class JwksOut(Body):
    keys = many(fields.Dict(keys=Text(), values=Text(1_000)), metadata={"description": "Public keys (RFC 7517)."})


class MetadataOut(Body):
    issuer = Text(500)
    token_endpoint = Text(500)
    revocation_endpoint = Text(500)
    introspection_endpoint = Text(500)
    jwks_uri = Text(500)
    grant_types_supported = many(Text())
    response_types_supported = many(Text())
    scopes_supported = many(Text(), maximum=200)
    token_endpoint_auth_methods_supported = many(Text())
    token_endpoint_auth_signing_alg_values_supported = many(Text())
    revocation_endpoint_auth_methods_supported = many(Text())
    revocation_endpoint_auth_signing_alg_values_supported = many(Text())
    introspection_endpoint_auth_methods_supported = many(Text())
    introspection_endpoint_auth_signing_alg_values_supported = many(Text())
    dpop_signing_alg_values_supported = many(Text())


def metadata(url: str) -> dict[str, Any]:
    """What this authorization server can do (RFC 8414)."""
    ways = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    algorithms = sorted(ALGORITHMS)
    return {
        "issuer": url,
        "token_endpoint": f"{url}/oauth/token",
        "revocation_endpoint": f"{url}/oauth/revoke",
        "introspection_endpoint": f"{url}/oauth/introspect",
        "jwks_uri": f"{url}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": sorted(SCOPES),
        "token_endpoint_auth_methods_supported": ways,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": ways,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": ways,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "dpop_signing_alg_values_supported": algorithms,
    }


class ResourceOut(Body):
    resource = Text(500)
    resource_name = Text()
    resource_documentation = Text(500)
    authorization_servers = many(Text(500))
    scopes_supported = many(Text(), maximum=200)
    bearer_methods_supported = many(Text())
    dpop_signing_alg_values_supported = many(Text())
    dpop_bound_access_tokens_required = Flag()


def resource(url: str) -> dict[str, Any]:
    """How tokens are got for and shown to this service (RFC 9728). Some agencies' systems must bind theirs; not everybody's."""
    return {
        "resource": url,
        "resource_name": "Case referral exchange",
        "resource_documentation": f"{url}/docs",
        "authorization_servers": [url],
        "scopes_supported": sorted(SCOPES),
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": sorted(ALGORITHMS),
        "dpop_bound_access_tokens_required": False,
    }
