"""What happens to an import as a whole. What happens to its cases stands in cases/events.py."""

from linli.kernel.events import Code, event


@event("import.began")
class ImportBegan:
    run_id: int
    source: Code
    file_hash: Code
    total: int


@event("import.asked")
class ImportAsked:
    run_id: int
    position: int


@event("import.broke_off")
class ImportBrokeOff:
    run_id: int
    position: int
    fault: Code


@event("import.ended")
class ImportEnded:
    run_id: int
    created: int
    known: int
    set_aside: int
    doubtful: int
    left_open: int = 0
