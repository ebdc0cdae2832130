"""A worker that only sends, in a time that runs faster than ours: run as a program and killed by the test beside.

Arguments: the moment it began (ISO), the wall clock then (seconds), how many times faster.
"""

import datetime as dt
import sys
import time


def main(start: str, origin: float, speed: float) -> None:
    from linli.site.cli import ready

    ready()
    from linli.channels.sending import send_due

    begun = dt.datetime.fromisoformat(start)

    def hurried() -> dt.datetime:
        return begun + dt.timedelta(seconds=(time.time() - origin) * speed)

    print("ready", flush=True)
    while True:
        send_due(clock=hurried)
        time.sleep(0.02)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
