"""The events of attachments as sentences of the story."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.cases.attachments.choices import WithdrawReason

_ATTACHED = {
    "from_caller": gettext_lazy("Photos from the caller added: %(count)s"),
    "before": gettext_lazy("Photos of before added: %(count)s"),
    "after": gettext_lazy("Photos of after added: %(count)s"),
    "contact_proof": gettext_lazy("Proof of contact added: %(count)s"),
    "identity_proof": gettext_lazy("Proof of identity added: %(count)s"),
    "source_order": gettext_lazy("The order as it came, photographed: %(count)s"),
}


def _attached(told: Any, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "what": _ATTACHED[payload["kind"]] % {"count": payload["count"]},
        "icon": "camera",
        "body": _("Partners may see them.") if payload["is_shared"] else "",
    }


def _attached_to_task(told: Any, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "what": _ATTACHED[payload["kind"]] % {"count": payload["count"]},
        "icon": "camera",
        "body": _("At the task: %(words)s")
        % {"words": told.papers["task_id", payload["task_id"]].words},
    }


def _shared(told: Any, payload: dict[str, Any]) -> dict[str, Any]:
    if payload["is_shared"]:
        return {"what": _("A photo was opened to partners"), "icon": "users"}
    return {"what": _("A photo was closed to partners"), "icon": "lock"}


def _withdrawn(told: Any, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "what": _("A photo was withdrawn"),
        "icon": "lock",
        "body": str(WithdrawReason(payload["why"]).label),
    }


def _looked_at(told: Any, payload: dict[str, Any]) -> dict[str, Any]:
    return {"what": _("Looked at a proof of identity"), "icon": "eye"}


TELLERS = {
    "case.attached": _attached,
    "task.attached": _attached_to_task,
    "case.attachment_shared": _shared,
    "case.attachment_withdrawn": _withdrawn,
    "case.identity_looked_at": _looked_at,
}
