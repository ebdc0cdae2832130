"""The permissions page knows every operation and every permission that the code has."""

import linli.site.urls  # noqa: F401 - every room's operations are known once its addresses are
from linli.accounts.permissions import ROLES, permissions_of
from linli.kernel.operation import OPERATIONS
from linli.web.who_may import DOES, SEES, missing, told


def test_every_operation_and_permission_has_its_sentence() -> None:
    # Add the sentence to DOES (an operation) or SEES (a permission to look) in linli/web/who_may.py.
    assert missing() == []


def test_no_sentence_speaks_of_what_is_gone() -> None:
    assert set(DOES) <= set(OPERATIONS)
    held = {code for role in ROLES for code in permissions_of(role)}
    assert set(SEES) <= held


def test_a_role_is_told_exactly_what_it_holds() -> None:
    for role in ROLES.values():
        held = permissions_of(role.code)
        does = [DOES[name] for name, permission in OPERATIONS.items() if permission in held]
        assert told(role).does == does
