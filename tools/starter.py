"""Makes the starter model of the phrases shipped. Run it after a change of phrases or categories."""

from importlib.metadata import version
from pathlib import Path

from linli.cases.catalogue.starter import MODEL, phrases, phrases_hash
from linli.methods.language.categories_files import save
from linli.methods.language.categories_training import from_phrases
from linli.methods.language.categories_words import words_of


def main() -> None:
    """Write linli/cases/data/starter.model."""
    said = [(code, words) for code, phrase in phrases() if (words := words_of(phrase))]
    model = from_phrases([words for _code, words in said], [code for code, _words in said])
    path = Path(__file__).parent.parent / "linli/cases" / MODEL
    made_of = {"rows": len(said), "sha256": phrases_hash()}
    save(model, path, card={"made_of": made_of, "version": version("linli")})
    print(f"{path}: {len(said)} phrases of {len(model.labels)} codes, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
