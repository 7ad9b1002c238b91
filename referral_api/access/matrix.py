"""The policy as a table for readers: who may do what, in which relation to the thing, and why.

python -m referral_api.access.matrix > docs/access-matrix.md
"""

import sys
from typing import Any

from referral_api.access.policy import POLICY

__all__ = ["page", "rows"]

_HEAD = """\
# Who may do what

Made from the policy (`python -m referral_api.access.matrix > docs/access-matrix.md`); a test holds it in step, and
`GET /v1/access-matrix` answers the same. Each row reads: *these roles*, standing in *one of these relations* to the thing, may *do this*,
because. What has no row is refused. Reading a case opens its minimum; which data classes are shown is decided class by class, by the
purpose, the consents in force, the wall between kinds of agencies, and the reader's assignment and certificate.

*Assigned*: a worker who is assigned to the case, a supervisor of the agency, or the agency's system.

| permission | in the log | roles | relations | assigned | because |
| --- | --- | --- | --- | --- | --- |
"""


def rows() -> list[dict[str, Any]]:
    """The policy, row by row, in its own order."""
    return [
        {
            "permission": rule.permission.value,
            "event": rule.permission.event,
            "roles": sorted(role.value for role in rule.roles),
            "relations": sorted(relation.value for relation in rule.relations),
            "assigned": rule.assigned,
            "because": rule.because,
        }
        for rule in POLICY
    ]


def page() -> str:
    """The whole of docs/access-matrix.md."""
    lines = (
        f"| `{row['permission']}` | `{row['event']}` | {', '.join(row['roles'])} | {', '.join(row['relations'])} "
        f"| {'yes' if row['assigned'] else ''} | {row['because']} |\n"
        for row in rows()
    )
    return _HEAD + "".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
