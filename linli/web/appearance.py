"""Type size and theme: a choice kept in a cookie, so that the server draws the page right at once."""

from django.http import HttpRequest, HttpResponse

CHOICES = {"type": ("normal", "large"), "theme": ("auto", "paper", "ink")}
"""What may be chosen; the first of each is what somebody sees who has chosen nothing."""
_YEAR = 365 * 24 * 3600


def chosen(request: HttpRequest, what: str) -> str:
    """Return the choice in the cookie `linli_<what>`, or the first of CHOICES[what]."""
    allowed = CHOICES[what]
    value = request.COOKIES.get(f"linli_{what}", "")
    return value if value in allowed else allowed[0]


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookies for the choices posted. A choice that does not exist is left aside."""
    for what, allowed in CHOICES.items():
        value = request.POST.get(what, "")
        if value in allowed:
            response.set_cookie(
                f"linli_{what}",
                value,
                max_age=_YEAR,
                samesite="Lax",
                secure=request.is_secure(),
            )
