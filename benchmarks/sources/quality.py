"""Precision and recall on the labelled set: `python -m benchmarks.sources.quality` from the root of the project."""

from __future__ import annotations

from collections import Counter

from benchmarks.sources.labels import load, readings, said


def main() -> None:
    """Prints what is missed and what is wrong, then the numbers by language."""
    counts: Counter[tuple[str, str]] = Counter()
    places = 0
    labelled = list(load())
    found = readings(labelled)
    for one in labelled:
        language = one.path.rpartition("/")[2].rpartition(".")[2]
        items, unknown = said(one, found.get(one.path))
        places += one.places
        for kind, group in (("hit", items & one.items), ("wrong", items - one.items), ("missed", one.items - items)):
            counts[language, kind] += len(group)
            if kind != "hit":
                for item in sorted(group):
                    print(f"{kind}: {item.path}:{item.line}: {item.what}")
        for line in sorted(one.unknown ^ unknown):
            print(f"note {'missed' if line in one.unknown else 'too many'}: {one.path}:{line}")
    for language in sorted({language for language, _ in counts}):
        print(language, _numbers(*(counts[language, kind] for kind in ("hit", "wrong", "missed"))))
    totals = [sum(n for (_, k), n in counts.items() if k == kind) for kind in ("hit", "wrong", "missed")]
    print(f"{places} places: {_numbers(*totals)}")


def _numbers(hit: int, wrong: int, missed: int) -> str:
    precision, recall = hit / max(1, hit + wrong), hit / max(1, hit + missed)
    return f"precision {precision:.1%}, recall {recall:.1%} ({hit} found, {wrong} wrong, {missed} missed)"


if __name__ == "__main__":
    main()
