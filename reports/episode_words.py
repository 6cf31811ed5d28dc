"""The page's words for the labels of an episode: classes by subtype, sites, how it is documented."""

from __future__ import annotations

from collections.abc import Mapping

from reports.printed import spoken, text

__all__ = ["DOCUMENTATION", "SITES", "SUBCLASSES", "labels"]

SUBCLASSES = {
    "bacterial_gp": "bacterial, Gram-positive",
    "bacterial_gn": "bacterial, Gram-negative",
    "bacterial_other": "bacterial, other",
    "viral_resp": "viral, respiratory",
    "viral_herpes": "viral, herpes group",
    "viral_other": "viral, other",
    "fungal_yeast": "fungal, yeast",
    "fungal_mould": "fungal, mould",
    "fungal_other": "fungal, other",
    "pjp": "Pneumocystis",
    "unknown": "unknown",
}
SITES = {
    "lower_resp": "lower airways",
    "upper_resp": "upper airways",
    "skin_soft": "skin and soft tissue",
    "line_site": "site of a line",
    "bone_joint": "bone and joint",
    "ent_oral": "mouth, ear, nose, throat",
    "GI": "gut",
}
DOCUMENTATION = {
    "MDI_BSI": "blood culture",
    "MDI_other": "microbiology",
    "CLIN_DOC": "coded only",
    "FUO": "fever of unknown origin",
}


def labels(value: object, names: Mapping[str, str]) -> str:
    """A list of labels, or its text with commas, in words; a label without a word of its own is spelt out.

    >>> labels("bacterial_gn, pjp", SUBCLASSES), labels(["blood", "own_site"], SITES), labels(None, SITES)
    ('bacterial, Gram-negative; Pneumocystis', 'blood; own site', '')
    """
    keys = [key for key in text(value).split(", ") if key]
    return "; ".join(names.get(key, spoken(key)) for key in keys)
