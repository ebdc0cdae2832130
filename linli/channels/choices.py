"""Codes of a message's fields, with their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Means(models.TextChoices):
    """By which means a message goes out."""

    INBOX = "inbox", _("Inbox")
    EMAIL = "email", _("E-mail")
    WECOM = "wecom", _("WeCom group")
    DINGTALK = "dingtalk", _("DingTalk group")
    FEISHU = "feishu", _("Feishu group")


ROBOTS = (Means.WECOM, Means.DINGTALK, Means.FEISHU)


class Kind(models.TextChoices):
    """What a message says."""

    ORDER_GIVEN = "order_given", _("A new order for your unit")
    TASK_GIVEN = "task_given", _("Your help is asked for")
    TASK_DONE = "task_done", _("A partner has done its part")
    TASK_RETURNED = "task_returned", _("A partner says it is not theirs")
    TASK_LACKS = "task_lacks", _("A partner lacks something to go on")
    TASK_WITHDRAWN = "task_withdrawn", _("You need not help any more")
    ALERTED = "alerted", _("A limit comes nearer")
    SENT_BACK = "sent_back", _("Sent back: not as reported")
    REWORK = "rework", _("Sent back for rework")
    SUPERVISED = "supervised", _("An order is under supervision")
    GRANTED = "granted", _("What you asked for was granted")
    REFUSED = "refused", _("What you asked for was refused")
    STAYS = "stays", _("The order stays with your unit")
    RELAY_ASKED = "relay_asked", _("A partner asks to pass something on to the caller")
    RELAY_ANSWERED = "relay_answered", _("The lead passed back what the caller says")
    REPEATED_STARTED = "repeated_started", _("You are asked to check again and again")
    CHECK_MISSED = "check_missed", _("A check was missed")
    HELPED = "helped", _("Your call for help was answered")


class Delivery(models.TextChoices):
    """What became of a message on its way out."""

    QUEUED = "queued", _("Waiting to go out")
    SENDING = "sending", _("On its way")
    SENT = "sent", _("Sent")
    UNSURE = "unsure", _("Not known whether it arrived")
    DEAD = "dead", _("Given up")


class Digest(models.TextChoices):
    """How often messages go out by e-mail."""

    AT_ONCE = "at_once", _("Each at once")
    HOURLY = "hourly", _("Once an hour")
    TWICE_A_DAY = "twice_a_day", _("At 8:30 and 14:00")
