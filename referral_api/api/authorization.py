"""What a caller shows at the door to prove who it is, and how it is told what to show (RFC 6750, RFC 9449, RFC 9728)."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import current_app, g, request

from referral_api.identity import dpop
from referral_api.identity.jwk import ALGORITHMS
from referral_api.kernel.errors import Unauthenticated

__all__ = ["INVALID_PROOF", "INVALID_TOKEN", "Shown", "challenges", "proof_of_key", "shown"]

INVALID_TOKEN = "invalid_token"  # noqa: S105 - an error code of RFC 6750, 3.1
INVALID_PROOF = "invalid_dpop_proof"
_REALM = 'realm="referral-api"'


@dataclass(frozen=True, slots=True)
class Shown:
    """An access token, and the proof of the key that it must be bound to; without a proof it must be bound to none."""

    token: str
    proof: dpop.Proof | None = None


def shown() -> Shown:
    """The token of this call. Its scheme says whether it is bound: a bound token is nobody's bearer token, and the other way round."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() not in ("bearer", "dpop") or not token:
        raise Unauthenticated("Send an access token: Authorization: Bearer ..., or DPoP ... with a proof.")
    if scheme.lower() == "bearer":
        return Shown(token)
    return Shown(token, proof_of_key(token=token))


def proof_of_key(*, token: str | None = None) -> dpop.Proof:
    """The DPoP proof of this call, good for its method and address; with `token`, for that token too."""
    url = current_app.config["PUBLIC_URL"] + quote(request.path)
    said = request.headers.get("DPoP", "")
    try:
        return dpop.verify_proof(said, method=request.method, url=url, now=g.request.now, token=token)
    except dpop.InvalidToken:
        raise Unauthenticated(
            "The DPoP header holds no proof that is good for this call.", reason=INVALID_PROOF
        ) from None


def challenges(reason: str | None) -> list[str]:
    """The WWW-Authenticate headers of a 401. An error is named only to whoever showed something, under the scheme that it used."""
    where = f'resource_metadata="{current_app.config["PUBLIC_URL"]}/.well-known/oauth-protected-resource"'
    algorithms = f'algs="{" ".join(sorted(ALGORITHMS))}"'
    used = request.headers.get("Authorization", "").partition(" ")[0].lower()
    error = [f'error="{reason}"'] if reason in (INVALID_TOKEN, INVALID_PROOF) else []
    bearer = [_REALM, where, *(error if used == "bearer" else [])]
    bound = [_REALM, where, algorithms, *(error if used == "dpop" else [])]
    return [f"Bearer {', '.join(bearer)}", f"DPoP {', '.join(bound)}"]
