"""What happens to models of categories. What is decided of a case stands in cases/events.py."""

from linli.kernel.events import Code, event


@event("sorting.model_asked")
class ModelAsked:
    model_id: int


@event("sorting.model_uploaded")
class ModelUploaded:
    model_id: int
    digest: Code


@event("sorting.model_made")
class ModelMade:
    model_id: int
    digest: Code
    row_count: int


@event("sorting.model_judged")
class ModelJudged:
    """`against_id`: the model beside which it was judged; None for the starter model."""

    model_id: int
    against_id: int | None
    case_count: int


@event("sorting.model_failed")
class ModelFailed:
    model_id: int
    fault: Code


@event("sorting.model_in_force")
class ModelInForce:
    """A model came into force in place of another; None is the starter model."""

    term_id: int
    model_id: int | None
    before_id: int | None
