"""What happens to accounts, as facts that may be kept for ever. The stream is the user."""

from linli.kernel.events import Code, event


@event("account.opened")
class AccountOpened:
    user_id: int


@event("account.changed")
class AccountChanged:
    """Name or staff number were written anew."""

    user_id: int


@event("account.shut")
class AccountShut:
    user_id: int


@event("account.let_in_again")
class AccountLetInAgain:
    user_id: int


@event("role.given")
class RoleGiven:
    grant_id: int
    role: Code
    place_code: Code


@event("role.ended")
class RoleEnded:
    grant_id: int
    role: Code
    place_code: Code


@event("code.given")
class CodeGiven:
    """A one-time code was made; the password and all sessions and phones ended with it."""

    code_id: int


@event("code.used")
class CodeUsed:
    code_id: int


@event("password.changed")
class PasswordChanged:
    user_id: int


@event("factors.changed")
class FactorsChanged:
    """How many proofs of each kind there are now."""

    totp: int
    keys: int
    recovery_codes: int


@event("factor_reset.asked")
class FactorResetAsked:
    reset_id: int


@event("factor_reset.approved")
class FactorResetApproved:
    reset_id: int


@event("device.kept")
class DeviceKept:
    device_id: int


@event("device.ended")
class DeviceEnded:
    device_id: int


@event("sessions.ended")
class SessionsEnded:
    count: int
