"""The addresses of withdrawing, approving, refusing and ending a consent."""

from uuid import UUID

from referral_api.access import Permission as P
from referral_api.api.fields import Body
from referral_api.api.rooms import OPTIONAL, Call, Reply, Room
from referral_api.features.consent.queries import ConsentView, find_consent, read_consent
from referral_api.features.consent.schemas import ConsentOut, consent_out
from referral_api.features.withdrawal import commands
from referral_api.features.withdrawal import schemas as s
from referral_api.features.withdrawal.commands import Effects

room = Room("withdrawal", "Withdrawing and ending consent, with all that follows from it.")


def _shown(call: Call, view: ConsentView, effects: Effects) -> Reply:
    return Reply(consent_out(call.actor, view, effects.out()), etag=view.etag(call.actor))


def _again(call: Call, consent_id: UUID) -> Reply:
    view = read_consent(call.actor, consent_id)
    return Reply(consent_out(call.actor, view), etag=view.etag(call.actor))


def _declare(name: str, permission: P, body: type[Body], summary: str) -> None:
    def act(call: Call) -> Reply:
        consent, file = find_consent(call.actor, call.id("consent"))
        view, effects = getattr(commands, f"{name}_consent")(call.actor, consent, file, **call.body)
        return _shown(call, view, effects)

    act.__name__, act.__doc__ = f"{name}_consent", summary
    room.post(
        f"/v1/consents/{{consent_id}}/{name}",
        permission=permission, body=body, answer=ConsentOut, purpose=True, idempotency=OPTIONAL, again=_again, etag=True, problems=("illegal-step",),
    )(act)  # fmt: skip


_declare(
    "withdraw",
    P.CONSENT_WITHDRAW,
    s.WithdrawConsent,
    "Withdraw an agreement; what rests on it stops in the same transaction.",
)
_declare("approve", P.CONSENT_APPROVE, s.DecideConsent, "Approve, as another person than the one who recorded it.")
_declare("refuse", P.CONSENT_REFUSE, s.DecideConsent, "Refuse, as another person than the one who recorded it.")
_declare("end", P.CONSENT_END, s.DecideConsent, "End a duty, as the owner's supervisor.")
