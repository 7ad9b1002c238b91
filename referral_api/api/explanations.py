"""What each problem code means and what to do about it, for the pages that `type` points to and for the document."""

from collections.abc import Mapping
from typing import NamedTuple

from referral_api.api.problems import ERRORS

__all__ = ["EXPLANATIONS", "Explanation", "title_of"]


class Explanation(NamedTuple):
    meaning: str
    remedy: str


_TITLES = {"internal-error": "Something went wrong here"}


def title_of(code: str) -> str:
    """The title that answers of this code carry."""
    return ERRORS[code].title if code in ERRORS else _TITLES[code]


EXPLANATIONS: Mapping[str, Explanation] = {
    "malformed-json": Explanation(
        "The body cannot be read: it is not strict JSON (RFC 8259, RFC 7493), not one object, not UTF-8, or a name comes twice in an object.",
        "Send one JSON object in UTF-8, each name once, no NaN or Infinity, whole numbers up to 2^53.",
    ),
    "purpose-required": Explanation(
        "Every call on case data says why it is made, and this one did not.",
        "Send the Purpose header with one of the purposes that the answer lists under `purposes`.",
    ),
    "idempotency-key-required": Explanation(
        "The Idempotency-Key is missing where a repeat would act twice, or it is not a structured-field string.",
        'Send a new random key for each act, in quotes: Idempotency-Key: "5f1c...". Send the same key again only to repeat the same call.',
    ),
    "unauthenticated": Explanation(
        "There is no access token, or it has expired, was given back, or is not of this service. "
        "When signing in: something of what was sent is not right; it is not said what.",
        "Sign in again (POST /v1/sessions), refresh the session, or get a new token (POST /oauth/token); then repeat the call.",
    ),
    "forbidden": Explanation(
        "You may know of this thing, but your role, your agency's relation to it, your assignment or your token's scope does not allow this act.",
        "Ask a colleague who is assigned, or your supervisor. GET /v1/access-matrix shows who may do what. The attempt is in the audit trail.",
    ),
    "factor-required": Explanation(
        "You signed in with a password alone. That is enough to enrol a second factor, to see who you are and to sign out, and for nothing else.",
        "Enrol an authenticator app (POST /v1/me/totp, then POST /v1/me/totp/confirm) or a passkey "
        "(POST /v1/me/passkeys/options, then POST /v1/me/passkeys); go on with the tokens of that answer.",
    ),
    "purpose-not-allowed": Explanation(
        "The Purpose header names a purpose that is not one of yours.",
        "Use one of the purposes that the answer lists under `purposes`; GET /v1/me lists them too.",
    ),
    "not-found": Explanation(
        "There is no such thing, or you may not know of it: both are answered alike, on purpose.",
        "Check the id. If your agency should see it, ask the agency that owns the case.",
    ),
    "archived": Explanation(
        "Entries of this month were taken out of the log into signed files; those about cases that are not erased are still here. "
        "Every id of the month is answered so, whether there was such an entry or not.",
        "Ask the operator for the archive of the `month`. It verifies without this service, and GET /v1/audit/entries/{id}/proof still proves "
        "its entries to an auditor of an oversight body.",
    ),
    "method-not-allowed": Explanation(
        "This address does not take this method. HEAD and OPTIONS are not taken under /v1, since a read is always recorded as a read.",
        "Use one of the methods that the Allow header lists.",
    ),
    "illegal-step": Explanation(
        "The thing's state does not allow this step, perhaps because somebody else was faster. The answer names the `state` and the `allowed_steps`.",
        "Read the thing again and take one of the steps that are allowed now.",
    ),
    "consent-missing": Explanation(
        "No consent in force, and no duty of law that was recorded, grants this to this agency for this purpose.",
        "Record a consent (POST /v1/cases/{case_id}/consents) that names the agency, the purpose and the data classes.",
    ),
    "consent-ended": Explanation(
        "The consent that this rests on was withdrawn, refused, ended, or has run out.",
        "Ask the child and whoever cares for it anew; go on only under a consent that is in force.",
    ),
    "idempotency-in-flight": Explanation(
        "An equal call with the same Idempotency-Key is still being answered.",
        "Wait a few seconds, then send the same call with the same key again.",
    ),
    "precondition-failed": Explanation(
        "The thing has changed since you read it: If-Match does not name its present ETag.",
        "Read it again, look at what changed, decide again, and send the new ETag.",
    ),
    "body-too-large": Explanation(
        "The body is larger than this service takes.",
        "Send less. Attachments are never taken: this service exchanges text only.",
    ),
    "unsupported-media-type": Explanation(
        "The body is of a media type that this address does not take, or it is compressed.",
        "Send the media type that the document names for this address, uncompressed; JSON nearly everywhere.",
    ),
    "validation-failed": Explanation(
        "The body or the query was read, but some of its fields are missing, unknown or not valid. "
        "`errors` lists a pointer, a code and words for each; the values are never repeated.",
        "Correct the fields that `errors` points to. An id in a body that you may not know is answered like one that does not exist.",
    ),
    "imagery-refused": Explanation(
        "The text holds something that looks like an image, a file, encoded data or a link to media. "
        "It was not stored, and the attempt is in the audit trail without its content.",
        "Describe in words. Material of this kind belongs to the police's own evidence systems, never here. Cite its reference number.",
    ),
    "identity-in-open-text": Explanation(
        "This text is read before the other agency has accepted, and it seems to say who the child is.",
        "Describe the need without names, birth dates, addresses or numbers; the identity follows with acceptance, as far as the consent allows.",
    ),
    "idempotency-key-reused": Explanation(
        "This Idempotency-Key was already used at this address for another body.",
        "Use a new key for a new act.",
    ),
    "precondition-required": Explanation(
        "This act needs If-Match, so that nobody overwrites what they have not seen.",
        "Read the thing and send its ETag as If-Match.",
    ),
    "rate-limited": Explanation(
        "You, or your system, made more calls within a minute than are allowed.",
        "Wait for as many seconds as Retry-After says. The RateLimit headers show what is left.",
    ),
    "internal-error": Explanation(
        "A fault of this service. Nothing was changed.",
        "Try again later; if it stays, tell the operator the request id (`instance`).",
    ),
    "unavailable": Explanation(
        "The database is busy or away, or the audit trail cannot be written; without it nothing is answered. Nothing was changed.",
        "Try again after as many seconds as Retry-After says.",
    ),
}  # fmt: skip
