"""`linli train`, `linli classify`, `linli addresses`: models made of a city's own rows, and used on new ones."""

import csv
import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from linli.cases.catalogue.starter import starter
from linli.kernel.errors import Refusal, RuleBroken
from linli.methods.language.categories import Classifier, Suggestion, mapped
from linli.methods.language.categories_files import load, save
from linli.methods.language.categories_words import words_of
from linli.methods.language.models import NotAModel
from linli.methods.language.spans import Span, tags_of
from linli.site.analyst_command import (
    UNUSABLE,
    USABLE,
    Aside,
    LinesAside,
    Table,
    fault_of,
    lines_of,
    progress,
    said,
    speak,
    written,
)

NO_LABEL = Refusal(
    "sorting.no_label", _("The row says nothing in the column “%(column)s”. Fill it in.")
)
NO_WORDS = Refusal(
    "sorting.no_words", _("The row holds no words to go by. Write what it is about and try again.")
)
TOO_FEW = Refusal(
    "sorting.too_few",
    _(
        "There are not two labels with at least %(few)s rows each to learn from. Gather more rows that are labelled."
    ),
)
NOT_A_MODEL = Refusal(
    "sorting.not_a_model",
    _(
        "The model %(file)s cannot be used: %(why)s. Make it anew with `linli train`, or leave --model out."
    ),
)
NEEDS_ANALYSIS = Refusal(
    "sorting.needs_analysis",
    _(
        "Training needs the packages of Linli's extra “analysis” (%(missing)s is missing). "
        "Install it with: pip install 'linli[analysis]'"
    ),
)
NO_LABELS_FOR = Refusal(
    "sorting.no_labels_for",
    _("No code in %(file)s is one of the model's labels. Its columns are code and label."),
)
BAD_LINE = Refusal(
    "sorting.bad_line", _('The line is not an address as JSON, like {"text": "…"}: %(why)s.')
)
BAD_SPANS = Refusal(
    "sorting.bad_spans",
    _(
        "The spans overlap or leave the text at %(where)s. Each is [start, end, tag], end not included."
    ),
)
TOO_FEW_ADDRESSES = Refusal(
    "sorting.too_few_addresses",
    _("There are fewer than %(few)s addresses with spans to learn from. Gather more."),
)
COLUMNS = ("msg_id", "pred", "confidence", "second", "third")


def _answered(work: Callable[[], None]) -> int:
    speak()
    try:
        work()
    except RuleBroken as broken:
        print(said(broken), file=sys.stderr)
        return UNUSABLE
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("linli"):
            raise
        print(said(NEEDS_ANALYSIS(missing=missing.name)), file=sys.stderr)
        return UNUSABLE
    return USABLE


def train_categories(source: Path, output: Path, *, label: str, seed: int) -> int:
    """Train on labelled rows, write the model, print how good it is; return the exit status."""
    return _answered(lambda: _train_categories(source, output, label=label, seed=seed))


def classify(source: Path, output: Path, *, model: Path | None, labels: Path | None) -> int:
    """Write what each row seems to be about; return the exit status."""
    return _answered(lambda: _classify(source, output, model=model, labels=labels))


def _train_categories(source: Path, output: Path, *, label: str, seed: int) -> None:
    from linli.methods.language import categories_training as training

    table = Table(source)
    table.needs(label)
    key, text = table.first_of("msg_id", "row", "id"), _text_of(table)
    aside = Aside(output, table.shape.header)
    rows: list[list[str]] = []
    wanted: list[str] = []
    read = 0
    for record in table.records():
        read += 1
        name, words = record.row.get(label, "").strip(), words_of(text(record.row))
        broken = fault_of(record, key=key) or (
            NO_LABEL(column=label) if not name else None if words else NO_WORDS()
        )
        if broken:
            aside.add(record, broken)
        else:
            rows.append(words)
            wanted.append(name)
    started = time.perf_counter()
    with progress("train", total=100) as show:
        try:
            model, measured = training.train(
                rows,
                wanted,
                seed=seed,
                prior=starter(),
                progress=lambda _what, done, total: show(100 * done // total),
            )
        except training.TooFewRows:
            raise TOO_FEW(few=training.FEW) from None
    counts = {name: wanted.count(name) for name in sorted(set(wanted))}
    save(
        model,
        output,
        card={
            "made_of": {"rows": len(rows), "sha256": _hash(source), "labels": counts},
            "version": version("linli"),
            "seed": seed,
            "held_back": asdict(measured),
        },
    )
    _show_measured(measured)
    few = sum(count for count in counts.values() if count < training.FEW)
    print(
        f"{read} rows read: {len(rows) - few} learnt, {few} of labels with fewer than {training.FEW}, "
        f"{aside.count} set aside{aside.finish()}; macro-F1 {measured.macro_f1:.4f}, surest 80 % "
        f"{measured.surest:.4f} on {measured.rows} rows held back (seed {seed}); "
        f"{time.perf_counter() - started:.0f} s; model in {output}"
    )


def _show_measured(measured: Any) -> None:
    for name, score in sorted(measured.by_label.items(), key=lambda one: one[1]):
        print(f"  {score:.3f}  {name}")
    for right, wrong, count in measured.confused[:5]:
        print(f"  {count} x {right} taken for {wrong}")
    print(
        f"  right {measured.accuracy:.4f}; sure enough to stand chosen {measured.passed:.3f}, of these right "
        f"{measured.passed_right:.4f}; probability and truth apart {measured.gap:.3f}"
    )


def _classify(source: Path, output: Path, *, model: Path | None, labels: Path | None) -> None:
    table = Table(source)
    key, text = table.first_of("msg_id", "row", "id"), _text_of(table)
    classifier = _model_at(model) if model else starter()
    wanted = _labels_at(labels, classifier) if labels else None
    aside = Aside(output, table.shape.header)
    read = sure = 0
    total = table.count()
    started = time.perf_counter()
    with written(output) as into, progress(source.name, total=total) as show:
        writer = csv.writer(into)
        writer.writerow(COLUMNS)
        for record in table.records():
            read += 1
            show(read)
            words = words_of(text(record.row))
            broken = fault_of(record, key=key) or (None if words else NO_WORDS())
            if broken:
                aside.add(record, broken)
                continue
            suggestion = classifier.judge(classifier.probabilities(words))
            sure += suggestion.is_sure
            writer.writerow([record.row[key], *_cells(suggestion, wanted)])
    spent = max(time.perf_counter() - started, 0.001)
    print(
        f"{read} rows read: {read - aside.count} classified, {sure} of them sure enough to stand chosen, "
        f"{aside.count} set aside{aside.finish()}; {read / spent:.0f} rows a second; written to {output}"
    )


def _cells(suggestion: Suggestion, wanted: Mapping[str, str] | None) -> list[str]:
    ranked = mapped(suggestion.ranked, wanted) if wanted else list(suggestion.ranked)
    names = [name for name, _probability in ranked[:3]] + ["", ""]
    confidence = ranked[0][1] if wanted else suggestion.confidence
    return [names[0], f"{confidence:.6f}", *names[1:3]]


def _text_of(table: Table) -> Callable[[Mapping[str, str]], str]:
    """Return how a row's text is read: title and body, or words already cut."""
    if "tokens" in table.shape.header:
        return lambda row: row.get("tokens", "")
    table.first_of("title", "body")
    return lambda row: f"{row.get('title', '')}\n{row.get('body', '')}"


def _model_at(path: Path) -> Classifier:
    try:
        return load(path)
    except NotAModel as wrong:
        raise NOT_A_MODEL(file=path, why=wrong) from wrong


def _labels_at(path: Path, classifier: Classifier) -> dict[str, str]:
    table = Table(path)
    table.needs("code", "label")
    labels = {record.row["code"].strip(): record.row["label"].strip() for record in table.records()}
    if not any(
        probability
        for _label, probability in mapped(((code, 1.0) for code in classifier.labels), labels)
    ):
        raise NO_LABELS_FOR(file=path)
    return labels


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def train_addresses(source: Path, output: Path, *, seed: int) -> int:
    """Train on addresses with spans, write the model, print how good it is; return the exit status."""
    return _answered(lambda: _train_addresses(source, output, seed=seed))


def addresses(source: Path, output: Path, *, model: Path) -> int:
    """Write the spans of each address; return the exit status."""
    return _answered(lambda: _addresses(source, output, model=model))


def _train_addresses(source: Path, output: Path, *, seed: int) -> None:
    from linli.methods.language import spans_files
    from linli.methods.language import spans_training as training

    aside = LinesAside(output)
    rows: list[training.Row] = []
    for number, line in lines_of(source):
        try:
            rows.append(_address(line, with_spans=True))
        except RuleBroken as broken:
            aside.add(number, line, broken)
    if len(rows) < training.PARTS:
        raise TOO_FEW_ADDRESSES(few=training.PARTS)
    started = time.perf_counter()
    with progress("train", total=3) as show:
        model, measured = training.train(
            rows, seed=seed, progress=lambda _what, done, _total: show(done)
        )
    spans_files.save(
        model,
        output,
        card={
            "made_of": {"rows": len(rows), "sha256": _hash(source)},
            "version": version("linli"),
            "seed": seed,
            "held_back": asdict(measured),
        },
    )
    for name, score in sorted(measured.by_tag.items(), key=lambda one: one[1]):
        print(f"  {score:.3f}  {name}")
    print(
        f"{len(rows) + aside.count} lines read: {len(rows)} learnt, {aside.count} set aside{aside.finish()}; "
        f"F1 {measured.f1:.4f} (precision {measured.precision:.4f}, recall {measured.recall:.4f}) on "
        f"{measured.rows} addresses held back (seed {seed}); {time.perf_counter() - started:.0f} s; model in {output}"
    )


def _addresses(source: Path, output: Path, *, model: Path) -> None:
    from linli.methods.language import spans_files

    try:
        reader = spans_files.load(model)
    except NotAModel as wrong:
        raise NOT_A_MODEL(file=model, why=wrong) from wrong
    aside = LinesAside(output)
    total = sum(1 for _line in lines_of(source))
    read = found = 0
    started = time.perf_counter()
    with written(output) as into, progress(source.name, total=total) as show:
        for number, line in lines_of(source):
            read += 1
            show(read)
            try:
                text, _spans = _address(line, with_spans=False)
            except RuleBroken as broken:
                aside.add(number, line, broken)
                continue
            spans = reader.read(text)
            found += len(spans)
            into.write(json.dumps({"text": text, "spans": spans}, ensure_ascii=False) + "\n")
    spent = max(time.perf_counter() - started, 0.001)
    print(
        f"{read} lines read: {read - aside.count} parsed into {found} spans, {aside.count} set aside"
        f"{aside.finish()}; {read / spent:.0f} lines a second; written to {output}"
    )


def _address(line: str, *, with_spans: bool) -> tuple[str, list[Span]]:
    """Return (text, spans) of a line. Raises BAD_LINE, BAD_SPANS."""
    try:
        told = json.loads(line)
        text = told["text"]
        spans = [(int(a), int(b), str(tag)) for a, b, tag in told["spans"]] if with_spans else []
    except (ValueError, TypeError, KeyError) as wrong:
        raise BAD_LINE(why=f"{type(wrong).__name__}: {wrong}") from wrong
    if not isinstance(text, str):
        raise BAD_LINE(why="text")
    try:
        tags_of(text, spans)
    except ValueError as wrong:
        raise BAD_SPANS(where=wrong) from wrong
    return text, spans
