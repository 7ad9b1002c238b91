"""The addresses of withdrawing, approving, refusing and ending a consent."""

from collections.abc import Callable
from uuid import UUID

from referral_api.access import Permission as P
from referral_api.api.fields import Body
from referral_api.api.rooms import NEVER, OPTIONAL, Call, Reply, Room
from referral_api.features.consent.queries import ConsentView, find_consent, read_consent
from referral_api.features.consent.schemas import ConsentOut, consent_out
from referral_api.features.withdrawal import commands
from referral_api.features.withdrawal import schemas as s
from referral_api.features.withdrawal.commands import Effects
from referral_api.features.withdrawal.queries import list_notices as list_of

Decide = Callable[..., tuple[ConsentView, Effects]]

room = Room("withdrawal", "Withdrawing and ending consent, with all that follows from it.")


def _shown(call: Call, view: ConsentView, effects: Effects) -> Reply:
    return Reply(consent_out(call.actor, view, effects.out()), etag=view.etag(call.actor))


def _again(call: Call, consent_id: UUID) -> Reply:
    view = read_consent(call.actor, consent_id)
    return Reply(consent_out(call.actor, view), etag=view.etag(call.actor))


def _declare(
    name: str, permission: P, body: type[Body], act: Decide, summary: str, *, if_match: str = OPTIONAL
) -> None:
    def decide(call: Call) -> Reply:
        consent, file = find_consent(call.actor, call.id("consent"))
        return _shown(call, *act(call.actor, consent, file, **call.body))

    decide.__name__, decide.__doc__ = f"{name}_consent", summary
    room.post(
        f"/v1/consents/{{consent_id}}/{name}",
        permission=permission, body=body, answer=ConsentOut, purpose=True, if_match=if_match, idempotency=OPTIONAL, again=_again, etag=True,
        problems=("illegal-step",),
    )(decide)  # fmt: skip


@room.get(
    "/v1/consents/{consent_id}/notices", permission=P.CONSENT_HISTORY, answer=s.NoticeOut, listed=True, purpose=True
)
def list_notices(call: Call) -> Reply:
    """List whom the end of this consent was told, and when they read it."""
    consent, _ = find_consent(call.actor, call.id("consent"))
    return Reply({"items": [s.notice_out(row) for row in list_of(call.actor, consent)], "next_cursor": None})


_declare(
    "withdraw",
    P.CONSENT_WITHDRAW,
    s.WithdrawConsent,
    commands.withdraw_consent,
    "Withdraw an agreement; what rests on it stops in the same transaction.",
    if_match=NEVER,
)
_declare(
    "approve",
    P.CONSENT_APPROVE,
    s.DecideConsent,
    commands.approve_consent,
    "Approve, as another person than the one who recorded it.",
)
_declare(
    "refuse",
    P.CONSENT_REFUSE,
    s.DecideConsent,
    commands.refuse_consent,
    "Refuse, as another person than the one who recorded it.",
)
_declare("end", P.CONSENT_END, s.DecideConsent, commands.end_consent, "End a duty, as the owner's supervisor.")
