"""Decides by pattern what a free text says (`text_rules.csv`): first hit in rule order decides, deny rules come first.

The same rules run as SQL above `stage`; here they serve the crawl, which must find candidates before a store exists.
"""

import re
from dataclasses import dataclass

from mappings.errors import ValueSetUnreadable
from mappings.value_sets import ValueSetTable

# Constructs that Python `re` and RE2 read differently would give a text two verdicts: one here, another in the store.
_UNPORTABLE = re.compile(r"\\[bBdDsSwWAZzpPQE]|\(\?|(?<!\\)\.(?!\\)|\\[0-9]")
_CHARACTER_SET = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class TextRule:
    """One pattern of one concept. `label` is what an allow rule says about the text, None where it says only yes."""

    rule_order: int
    allows: bool
    label: str | None
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class TextVerdict:
    """Whether the concept applies to the text, and the label of the rule that said so."""

    applies: bool
    label: str | None = None


@dataclass(frozen=True)
class TextRules:
    """All rules by concept, in rule order."""

    by_concept: dict[str, tuple[TextRule, ...]]

    def decide(self, concept: str, text: str) -> TextVerdict:
        """The verdict of the first rule of the concept that hits the trimmed text; no hit means no.

        >>> from mappings.value_sets import load_value_sets
        >>> rules = read_text_rules(load_value_sets()["text_rules"])
        >>> rules.decide("cart_infusion", "CD19 CAR-T infusion").applies
        True
        >>> rules.decide("cart_infusion", "crash cart check").applies
        False
        """
        for rule in self.by_concept.get(concept, ()):
            if rule.pattern.search(text.strip()):
                return TextVerdict(rule.allows, rule.label if rule.allows else None)
        return TextVerdict(applies=False)


def read_text_rules(table: ValueSetTable) -> TextRules:
    """Compile the rules of the table `text_rules`.

    Raises:
        ValueSetUnreadable: a pattern does not compile or uses what Python and RE2 read differently.
    """
    by_concept: dict[str, list[TextRule]] = {}
    for record in table.records():
        concept = str(record["concept"])
        rule = TextRule(
            rule_order=int(str(record["rule_order"])),
            allows=record["action"] == "allow",
            label=None if record["label"] is None else str(record["label"]),
            pattern=_compiled(str(record["pattern"]), record["case_rule"] == "insensitive", concept),
        )
        by_concept.setdefault(concept, []).append(rule)
    ordered = {concept: sorted(rules, key=lambda rule: rule.rule_order) for concept, rules in by_concept.items()}
    return TextRules({concept: tuple(rules) for concept, rules in ordered.items()})


def _compiled(pattern: str, ignore_case: bool, concept: str) -> re.Pattern[str]:
    if _UNPORTABLE.search(_CHARACTER_SET.sub("X", pattern)):
        raise ValueSetUnreadable(
            f"text_rules.csv, concept {concept}: the pattern {pattern!r} uses a construct that Python and DuckDB read "
            "differently (valuesets/README.md, text_rules)."
        )
    try:
        return re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise ValueSetUnreadable(f"text_rules.csv, concept {concept}: the pattern {pattern!r}: {error}.") from error
