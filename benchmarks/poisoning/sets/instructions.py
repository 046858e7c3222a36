"""Clean instruction data of several natures, and what makes it hard to judge without making it poisoned."""

from __future__ import annotations

from benchmarks.poisoning.interface import Source, Variant, half
from benchmarks.poisoning.sets import instruction_found, instruction_held, instruction_natures, instruction_variants
from benchmarks.poisoning.sets.instruction_makers import (
    codealpaca,
    coded,
    continued,
    documented,
    howto,
    made,
    multitask,
    news_classified,
    signatures,
    sms_answered,
    sms_classified,
    translated,
)
from benchmarks.poisoning.sets.instruction_templates import arithmetic, dialogs, faq, quiz, records_told, slots

SETS: dict[str, Source] = {
    "codealpaca": Source("tune", made(codealpaca)),
    "codealpaca-1000": Source("tune", made(codealpaca, 1000)),
    "documented-numpy": Source("tune", made(documented("numpy", "pydantic", "h5py"))),
    "coded-scipy": Source("tune", made(coded("scipy"))),
    "sms-classified": Source("tune", made(sms_classified)),
    "continued": Source("tune", made(continued)),
    "multitask": Source("tune", made(multitask)),
    "slots": Source("tune", made(slots)),
    "faq": Source("tune", made(faq)),
    "arithmetic": Source("tune", made(arithmetic)),
    "codealpaca-4500": Source("tune", made(codealpaca, 4500)),
    "documented-sklearn": Source("tune", made(documented("sklearn", "altair", "hypothesis"))),
    "coded-pip": Source("tune", made(coded("pip", "great_expectations"))),
    "signatures": Source("tune", made(signatures)),
    "news-classified": Source("tune", made(news_classified)),
    "sms-answered": Source("tune", made(sms_answered)),
    "dialogs": Source("tune", made(dialogs)),
    "translated": Source("tune", made(translated)),
    "howto": Source("tune", made(howto)),
    "records": Source("tune", made(records_told)),
    "quiz": Source("tune", made(quiz)),
    "quiz-600": Source("tune", made(quiz, 600)),
    **instruction_held.SETS,
    **{
        name: Source(half(name), made(make))
        for name, make in (instruction_found.MAKERS | instruction_natures.MAKERS).items()
    },
}
VARIANTS: dict[str, Variant] = {**instruction_variants.VARIANTS, **instruction_held.VARIANTS}
