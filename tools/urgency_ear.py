"""Teach the ear for danger anew from its sentences: python tools/urgency_ear.py. Takes some seconds."""

from pathlib import Path

from linli.methods.language import ear, urgency

INTO = Path(ear.__file__).with_name("data") / "urgency_ear.json"


def taught() -> ear.Ear:
    """Return what the shipped sentences teach."""
    return ear.learn([(urgency.heard(one.text), one.is_danger) for one in ear.sentences()])


if __name__ == "__main__":
    learned = taught()
    INTO.write_text(ear.written(learned), encoding="utf-8")
    print(f"{len(ear.sentences())} sentences, {len(learned.known)} grams -> {INTO}")
