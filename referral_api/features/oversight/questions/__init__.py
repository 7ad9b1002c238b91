"""The auditors' questions, by name: what each asks, how it finds it, and what it cannot see.

Each is one statement over the entries that the auditor may read, and answers with entries; `count` says for how many acts one stands.
docs/audit-questions.md is made from this table (`python -m referral_api.features.oversight.questions.page`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from referral_api.api.rates import RECORDS_AN_HOUR
from referral_api.features.oversight.questions import deciding, reading, trying
from referral_api.features.oversight.questions.frame import Frame
from referral_api.store.pages import Rows

__all__ = ["QUESTIONS", "Frame", "Question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `finds` and `cannot_see` are for whoever must judge what an answer is worth."""

    select: Callable[[Frame], Rows]
    asks: str
    finds: str
    cannot_see: str
    of_a_case: bool = False

    @property
    def name(self) -> str:
        return self.select.__name__


_ALL = (
    Question(
        select=reading.case_opened_by,
        asks="Who has opened this case?",
        finds="For each person, or system that acted for nobody: the newest entry in which something of the case was shown, and how many there are.",
        cannot_see="Work lists: they show the minimum of many cases in one entry, which names the cases in `returned_ids` only.",
        of_a_case=True,
    ),
    Question(
        select=reading.read_without_open_referral,
        asks="Who read a case without owning it and without an open referral?",
        finds="Disclosures to an agency that, by the histories of parties and referrals, neither owned the case then, nor had a referral "
        "of it that was open, nor had broken the glass. There should be none.",
        cannot_see="Whether the consent allowed each class that was shown; and histories that somebody changed in the database.",
    ),
    Question(
        select=deciding.overrides_without_approval,
        asks="What was done on the ground of a decision that waits for a second person, before one agreed?",
        finds="Disclosures and steps that rest on a consent which began as `pending_approval`, before another person's `consent.approved`. "
        "There should be none.",
        cannot_see="Overrides that need no approval beforehand: break-glass and duties that act at once have questions of their own.",
    ),
    Question(
        select=deciding.same_person_sent_and_accepted,
        asks="Which referrals were sent and accepted by the same person?",
        finds="The acceptance; a person for whom a system acted counts as the person.",
        cannot_see="One human being with two accounts.",
    ),
    Question(
        select=trying.repeated_denials,
        asks="Who was denied again and again?",
        finds=f"The newest of {trying.DENIALS} or more denials of one person, system or account in a day (UTC), and how many there are.",
        cannot_see="Failed sign-ins beyond one a minute, which are not written down, and those with user names that do not exist.",
    ),
    Question(
        select=reading.bulk_reads,
        asks="Who opened unusually many children's records in a day?",
        finds=f"The newest disclosure to a person or system that was shown {reading.BULK} or more cases in a day (UTC); `count` is the number of cases. "
        f"Beyond {RECORDS_AN_HOUR} records in an hour the caller is slowed down (429): an entry with the reason `bulk_reads`, at most one a minute.",
        cannot_see="What is usual for this person; and work lists, which show no identity.",
    ),
    Question(
        select=deciding.break_glass_not_reviewed,
        asks="Which uses of break-glass has nobody reviewed yet?",
        finds="The entry of each such use. GET /v1/break-glass?overdue=true shows those whose review is late.",
        cannot_see="Whether a review that was made was a good one.",
    ),
    Question(
        select=trying.excluded_tries,
        asks="Who tried to reach a case that they are kept out of?",
        finds="Each denied try of a recused member, or of an agency that is excluded.",
        cannot_see="Work lists, which leave such a case out without saying so; and tries to which an earlier check said no.",
    ),
    Question(
        select=reading.access_after_exclusion,
        asks="Who reached a case while being kept out of it?",
        finds="Allowed acts on a case by a member or an agency with an exclusion in force. There should be none.",
        cannot_see="What the person had read before, and what a colleague told them.",
    ),
    Question(
        select=reading.access_with_lapsed_certificate,
        asks="Who was shown an identity without a current safeguarding certificate?",
        finds="Disclosures of identity, contact, family, clinical, investigation or notes to somebody without a confirmed certificate that "
        "day. There should be none.",
        cannot_see="A certificate that was entered with a wrong date.",
    ),
    Question(
        select=deciding.duty_not_reviewed_in_time,
        asks="Which duties did nobody review in time?",
        finds="The entry of each consent on a duty whose review came after its hour, or is late now.",
        cannot_see="Duties that ended before the review was due, which need none.",
    ),
    Question(
        select=deciding.disclosure_against_childs_view,
        asks="What was disclosed although the child had said no?",
        finds="Disclosures that rest on a duty, in a case in which the child had refused an agreement, or had withdrawn one, before. They may "
        "be right; somebody should look.",
        cannot_see="A view that was recorded with the duty itself, since it is sealed; and break-glass, which has a question of its own.",
    ),
    Question(
        select=deciding.consent_by_caregiver_later_suspected,
        asks="Which agreements were given by a caregiver who became suspected later?",
        finds="The entry of each consent that names a caregiver against whom a suspicion was recorded afterwards.",
        cannot_see="Agreements that name no caregiver on file, and suspicions that are in words only: both are sealed.",
    ),
    Question(
        select=reading.protected_address_read,
        asks="Who was shown the contact data of a child whose address is marked?",
        finds="Disclosures of contact data in which the member `protected_location` stood.",
        cannot_see="Whether it said true or false: values are never in the log. The owner of the case can tell.",
    ),
)

QUESTIONS: Mapping[str, Question] = {question.name: question for question in _ALL}
