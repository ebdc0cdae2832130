"""Which of the real messages are raised as emergencies: python -m bench.urgency STREAM.csv.gz

Prints number, title and reason of each, then the share and the speed. The messages may not be shipped.
"""

import csv
import gzip
import sys
import time

from linli.methods.language.urgency import Urgent, judge


def main(path: str) -> None:
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    started = time.process_time()
    raised = 0
    for row in rows:
        found = judge(f"{row['title']}\n{row['body']}")
        if found.urgent == Urgent.EMERGENCY:
            raised += 1
            print(row["msg_id"], row["title"], found.why, sep="\t")
    spent = time.process_time() - started
    print(
        f"{raised} of {len(rows)} raised ({raised / len(rows):.2%}); {len(rows) / spent:.0f} a CPU second"
    )


if __name__ == "__main__":
    main(sys.argv[1])
