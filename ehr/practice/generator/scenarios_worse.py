"""Eleven stories with an infection before the infusion that got worse by day 30, and three that nearly did.

None of these charts has a routine blood culture: a negative set between two positives would change the criterion.
"""

from __future__ import annotations

from .diagnoses import certified, diagnosis
from .laboratory import culture, no_growth
from .stories import Infected, Story
from .treatments import drug

GP = ("bacterial_gp",)
GN = ("bacterial_gn",)

WORSE: tuple[Story, ...] = (
    # Positive, negative, positive again inside the interval (gap 5).
    Story(
        "faecium_again",
        (culture("efaecium", -4), no_growth(-1), culture("efaecium", 1), drug("vancomycin", -4, 6)),
        infections=(Infected(-4, GP),),
        progressed=("c", 1),
        release=((4, 2),),
        bridging="cytarabine",
    ),
    # Gap 6 is the last day of the interval.
    Story(
        "klebsiella_again",
        (
            culture("kpneumoniae", -6),
            diagnosis("sepsis_cn", -6),
            no_growth(-2, text="No growth after 5 days"),
            culture("kpneumoniae", 0, clock="14:10", shape="text"),
            drug("meropenem", -6, 8),
        ),
        infections=(Infected(-6, GN),),
        progressed=("c", 0),
        release=((2, 1),),
        infusions=((0, "snomed"), (2, "words_cd22")),
        last_infusion_day=2,
    ),
    Story(
        "ecoli_again",
        (culture("ecoli", -2), no_growth(1), culture("ecoli", 3, shape="reported"), drug("meropenem", -2, 9)),
        infections=(Infected(-2, GN),),
        progressed=("c", 3),
        release=((1, 2), (2, 3)),
        severe_release=True,
        bridging="mitoxantrone",
    ),
    # Yeast has two weeks: gap 13.
    Story(
        "yeast_again",
        (
            culture("ctropicalis", -8, site="blood_fungus"),
            no_growth(-3, site="blood_fungus"),
            no_growth(1),
            culture("ctropicalis", 5, site="blood_fungus"),
            drug("caspofungin", -8, 14),
        ),
        infections=(Infected(-8, ("fungal_yeast",)),),
        progressed=("c", 5),
        release=((2, 1), (4, 3)),
        severe_release=True,
        infusions=((0, "drug"),),
    ),
    # Lung, then blood at gap 6. The release syndrome comes after it.
    Story(
        "lung_to_blood",
        (
            culture("paeruginosa", -2, site="sputum"),
            diagnosis("pneumonia_pseudomonas_cm", -2),
            culture("paeruginosa", 4),
            drug("meropenem", -2, 10),
        ),
        infections=(Infected(-2, GN),),
        progressed=("b", 4),
        release=((2, 1), (6, 3)),
        bridging="vincristine",
    ),
    # Grade 3 on the very day still counts as before.
    Story(
        "urine_to_blood",
        (
            culture("ecoli", -3, site="urine"),
            diagnosis("uti_cm", -3),
            culture("ecoli", 2),
            drug("cefoperazone_sulbactam", -3, 7),
        ),
        infections=(Infected(-3, GN),),
        progressed=("b", 2),
        release=((1, 1), (2, 3)),
        severe_release=True,
        channel="request",
    ),
    Story(
        "blood_to_liquor",
        (culture("kpneumoniae", -1), culture("kpneumoniae", 5, site="csf"), drug("meropenem", -1, 14)),
        infections=(Infected(-1, GN),),
        progressed=("b", 5),
        release=((4, 3),),
        severe_release=True,
        bridging="fc",
    ),
    Story(
        "wound_to_blood",
        (
            culture("saureus", -5, site="wound"),
            diagnosis("cellulitis_cm", -5),
            culture("saureus", 1),
            drug("vancomycin", -5, 9),
        ),
        infections=(Infected(-5, GP),),
        channel="request",
        progressed=("b", 1),
        release=((3, 2),),
    ),
    # Certified deaths of it, while it is active.
    Story(
        "pseudomonas_death",
        (
            culture("paeruginosa", -3),
            drug("meropenem", -3, 10),
            certified(12, underlying="all_who", contributing="sepsis_who"),
        ),
        infections=(Infected(-3, GN),),
        progressed=("g", 12),
        end=(12, "death"),
        died=(12, "infection"),
        release=((1, 1), (3, 3)),
        severe_release=True,
        bridging="fludarabine_cytarabine",
    ),
    Story(
        "klebsiella_pneumonia_death",
        (
            culture("kpneumoniae", -5, site="sputum"),
            diagnosis("pneumonia_klebsiella_cm", -5),
            drug("meropenem", -5, 18),
            certified(20, underlying="pneumonia_cm"),
        ),
        infections=(Infected(-5, GN),),
        progressed=("g", 20),
        end=(20, "death"),
        died=(20, "infection"),
        release=((5, 2), (7, 3)),
        severe_release=True,
    ),
    Story(
        "acinetobacter_death_early",
        (
            culture("abaumannii", -2),
            drug("tigecycline", -2, 7),
            certified(8, underlying="all_who", contributing="sepsis_who"),
        ),
        infections=(Infected(-2, GN),),
        progressed=("g", 8),
        end=(8, "death"),
        died=(8, "infection"),
        release=((2, 2), (5, 4)),
        severe_release=True,
        bridging="cytarabine_rxnorm",
    ),
    # A new group of antibiotics while the last positive is five days old: the broad outcome only.
    Story(
        "escalated",
        (culture("ecoli", -2), drug("cefoperazone_sulbactam", -2, 3), drug("meropenem", 3, 9)),
        infections=(Infected(-2, GN),),
        progressed_broad=True,
        release=((3, 2),),
        bridging="tki",
    ),
    # A vasopressor one day after a positive, without severe release: the broad outcome only.
    Story(
        "vasopressor",
        (
            culture("saureus", -1),
            culture("saureus", 1),
            drug("vancomycin", -1, 12),
            drug("norepinephrine", 2, 3),
        ),
        infections=(Infected(-1, GP),),
        progressed_broad=True,
        release=((2, 1),),
        bridging="steroid",
    ),
    # Persists inside the interval, and the vasopressor is that of the release syndrome: nothing.
    Story(
        "persisting",
        (
            culture("ecoli", -3),
            culture("ecoli", 0, shape="no_specimen"),
            culture("ecoli", 2),
            drug("meropenem", -3, 8),
            drug("norepinephrine", 3),
            drug("tocilizumab", 3),
        ),
        infections=(Infected(-3, GN),),
        release=((2, 2), (3, 3)),
        severe_release=True,
    ),
)
