"""A client of the web server: 200 people who make a move at the same moment; writes down what was acknowledged.

Run as a program with the port and the path of its file; it prints `ready` when the moves begin. A move
is acknowledged by its redirect, or by the refusal that it was made already when the answer had been lost.
"""

import os
import sys
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError

MOVES = 200
"""All under way at once, each in a thread of its own."""
JOBS = 8
PATIENCE = 300.0
ANSWER_WITHIN = 120.0
"""Seconds: two hundred wait in line before a server of two cores that is killed meanwhile."""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given: object) -> None:  # type: ignore[override]
        return None


def main(port: int, acknowledged: Path) -> None:
    from linli.site.cli import ready

    ready()
    from django.test import Client

    from tests.builders import a_case, the_town
    from tests.site.killing.tasks import slow

    town = the_town()
    cases = [a_case(town, at="dispatched") for _ in range(MOVES)]
    for number in range(JOBS):
        slow.defer(number=cases[number].pk)
    browser = Client()
    browser.force_login(town.users["worker"])
    session = browser.cookies["sessionid"].value
    token = "k" * 32
    file = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    opener = urllib.request.build_opener(_Stay)
    print("ready", flush=True)

    def accept(case_id: int, number: str) -> None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/cases/{number}/accept/",
            data=urllib.parse.urlencode({"csrfmiddlewaretoken": token}).encode(),
            headers={"Cookie": f"sessionid={session}; csrftoken={token}"},
        )
        was_lost = False
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                opener.open(request, timeout=ANSWER_WITHIN)
            except HTTPError as answer:
                # A redirect elsewhere, to the door for instance, acknowledges nothing.
                is_done = answer.code == 302 and f"/cases/{number}/" in answer.headers["Location"]
                if is_done or (was_lost and answer.code == 422):
                    os.write(file, f"{case_id}\n".encode())
                    return
                if answer.code < 500:
                    raise RuntimeError(f"{answer.code} {answer.headers['Location']}") from answer
            except OSError:
                pass
            was_lost = True
            time.sleep(0.1)
        raise TimeoutError(case_id)

    with ThreadPoolExecutor(MOVES) as pool:
        list(pool.map(lambda case: accept(case.pk, case.number), cases))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
