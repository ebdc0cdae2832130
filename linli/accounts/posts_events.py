"""What happens to posts, as facts that may be kept for ever."""

from linli.kernel.events import event


@event("appointment.began")
class Appointed:
    appointment_id: int
    post_id: int
    appointee_id: int


@event("appointment.ended")
class AppointmentEnded:
    appointment_id: int
    post_id: int
    appointee_id: int
