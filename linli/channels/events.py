"""What happens to the channels, as facts that may be kept for ever."""

from linli.kernel.events import Code, event


@event("channels.robot_added")
class RobotAdded:
    means: Code
    organisation_id: int


@event("channels.robot_ended")
class RobotEnded:
    means: Code
    organisation_id: int
