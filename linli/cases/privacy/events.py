"""What happens to personal data as such, beside the stream of a case."""

from linli.kernel.events import Code, event


@event("keys.resealed")
class ColumnsResealed:
    """A batch of sealed values was brought to the key in force."""

    table: Code
    count: int
    key_id: int
