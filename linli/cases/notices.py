"""The texts that Linli brings along for the branches of article 11: what the caller is told.

Each is an offer: whoever takes the call reads it out, changes it to the matter, and what is kept is what
was said. Sources of the branches: Beijing's regulation of 2021-09-24, article 11; the wording is ours.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.choices import Disposition

SHIPPED: dict[str, Any] = {
    Disposition.ANSWER_NOW: _(
        "You asked about this, and here is the answer: … It rests on … of (date). If your own case differs, "
        "please call 12345 again."
    ),
    Disposition.EMERGENCY_LINE: _(
        "This may endanger life or property. We are connecting you with the emergency line (110, 119, 120 or 122); "
        "please stay on the line and tell them where you are."
    ),
    Disposition.STATUTORY_ROUTE: _(
        "For this matter the law provides a way of its own (a court, arbitration, or an administrative review). "
        "Please turn to …; the time limit there is …. We cannot decide it in their place."
    ),
    Disposition.PETITION_OPEN: _(
        "A petition about this matter is already being dealt with by …, and its result is binding. Please ask there "
        "how far it is; we do not open a second case beside it."
    ),
    Disposition.BEYOND_DUTY: _(
        "This lies outside the duties of any public unit. You can turn to … (a firm, an association, a mediator), "
        "who offer help with it."
    ),
    Disposition.DUPLICATE: _(
        "We have this matter in hand already under the number …, and so far … has been done. If something new "
        "happens, please call us and name that number."
    ),
    Disposition.SECRET: _(
        "This touches state or business secrets, or somebody's privacy, and we may neither give nor pass on such "
        "information. What you may ask for openly is …."
    ),
    Disposition.UNLAWFUL: _(
        "What you ask for is against the law or common decency, so no unit can act on it. If you have another matter, "
        "we will gladly take it down."
    ),
}
