"""What happens to tokens, as facts that may be kept for ever."""

from linli.kernel.events import Code, event


@event("token.issued")
class TokenIssued:
    token_id: int
    account_id: int
    place: Code


@event("token.revoked")
class TokenRevoked:
    token_id: int


@event("hook.opened")
class HookOpened:
    token_id: int
    endpoint: Code
    kind: Code


@event("hook.ended")
class HookEnded:
    token_id: int
    endpoint: Code


@event("delivery.sent_again")
class DeliverySentAgain:
    token_id: int
    position: int
