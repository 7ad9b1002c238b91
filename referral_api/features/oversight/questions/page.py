"""The questions as a page for auditors.

python -m referral_api.features.oversight.questions.page > docs/audit-questions.md
"""

import sys

from referral_api.features.oversight.questions import QUESTIONS

__all__ = ["page"]

_HEAD = """\
# The auditors' questions

Made from the code (`python -m referral_api.features.oversight.questions.page > docs/audit-questions.md`); a test holds it in step, and
`GET /v1/audit/questions` answers the same. Ask with `GET /v1/audit/questions/{name}?from=&to=&limit=&cursor=`; a question about one case
also needs `case=`, its id or its `case_ref`. Answers are audit entries, newest first; `count` says for how many acts an entry stands.

An auditor of an oversight body asks about all entries, one of another agency about the acts of its own people and those on its own cases.
Entries that were archived (`referral audit archive`) are not asked; those about a case stay until the case is erased.
Each asking is recorded as `audit.read` with the field `questions.<name>`. No answer holds a need, a note or a subject.
"""


def page() -> str:
    """The whole of docs/audit-questions.md."""
    parts = [_HEAD]
    for question in QUESTIONS.values():
        case = " It is about one case." if question.of_a_case else ""
        parts.append(
            f"\n## {question.name}\n\n**{question.asks}**{case}\n\n{question.finds}\n\n*It cannot see:* {question.cannot_see}\n"
        )
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
