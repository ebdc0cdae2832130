"""What happens to places and organisations, as facts that may be kept for ever."""

from linli.kernel.events import Code, event


@event("place.opened")
class PlaceOpened:
    place_id: int
    code: Code


@event("place.moved")
class PlaceMoved:
    place_id: int
    from_code: Code
    to_code: Code


@event("place.alias_in_use")
class AliasInUse:
    """What people call a place was confirmed a second time: from now on it leads there."""

    alias_id: int
    place: Code


@event("place.alias_removed")
class AliasRemoved:
    alias_id: int
    place: Code


@event("place.redrawn")
class PlaceRedrawn:
    place_id: int
    successor_id: int
    kind: Code
    is_main: bool


@event("organisation.opened")
class OrganisationOpened:
    organisation_id: int
    kind: Code
    place: Code


@event("organisation.closed")
class OrganisationClosed:
    organisation_id: int
    successor_id: int | None


@event("serving.began")
class ServingBegan:
    serving_id: int
    place: Code


@event("serving.ended")
class ServingEnded:
    serving_id: int
    place: Code


@event("post.opened")
class PostOpened:
    post_id: int


@event("post.closed")
class PostClosed:
    post_id: int
