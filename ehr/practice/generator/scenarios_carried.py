"""Twenty more stories with an infection before the infusion that did not get worse."""

from __future__ import annotations

from .diagnoses import diagnosis, ward_diagnosis
from .laboratory import culture, finding, two_organisms, viral_load
from .procedures import procedure
from .stories import Infected, Story
from .treatments import drug, running

GP = ("bacterial_gp",)
GN = ("bacterial_gn",)
HERPES = ("viral_herpes",)

CARRIED: tuple[Story, ...] = (
    # In blood at gap 11: a new infection, no worsening of the old one.
    Story(
        "lung_then_new_blood",
        (
            culture("paeruginosa", -2, site="sputum"),
            diagnosis("pneumonia_pseudomonas_cm", -2),
            culture("paeruginosa", 9),
            drug("meropenem", -2, 5),
        ),
        infections=(Infected(-2, GN), Infected(9, GN)),
        bridging="cytarabine",
    ),
    # Began before the look-back; positive again on its first day (gap 5).
    Story(
        "since_day_minus_35",
        (culture("efaecium", -35), culture("efaecium", -30)),
        channel="request",
        infections=(Infected(-35, GP, "before_look_back"),),
        release=((3, 2),),
    ),
    # Older, and its diagnosis was closed inside the look-back.
    Story(
        "mould_closed",
        (diagnosis("aspergillosis_who", -50, abated=-10), running("voriconazole", -49, -10)),
        infections=(Infected(-50, ("fungal_mould",), "before_look_back"),),
        bridging="mitoxantrone",
    ),
    Story("day_minus_30", (culture("smitis", -30),), infections=(Infected(-30, GP),), infusions=((0, "drug"),)),
    # Shortly before midnight of day -1; in UTC the afternoon before.
    Story(
        "day_minus_1",
        (culture("ecoli", -1, clock="23:40"), drug("meropenem", -1, 7)),
        infections=(Infected(-1, GN),),
        in_utc=True,
        release=((2, 2), (6, 3)),
        severe_release=True,
        bridging="fc",
    ),
    Story(
        "skin_flora_before",
        (culture("shominis", -12, clock="22:15"), culture("shominis", -11, clock="06:30", shape="local")),
        infections=(Infected(-12, GP),),
        end=(60, "last_contact"),
        channel="request",
    ),
    Story(
        "yeast_before",
        (culture("calbicans", -20, site="blood_fungus"), drug("caspofungin", -20, -8)),
        infections=(Infected(-20, ("fungal_yeast",)),),
        bridging="antibody",
    ),
    Story(
        "influenza_before",
        (
            finding("influenza_a_pcr", "detected", -9, specimen="specimen_nasopharynx"),
            diagnosis("urti_who", -8),
        ),
        infections=(Infected(-9, ("viral_resp",)),),
        release=((1, 1), (5, 3)),
        severe_release=True,
        infusions=((0, "snomed"), (1, "words_cd22")),
        last_infusion_day=1,
    ),
    Story(
        "cmv_before",
        (viral_load(2500, -15), drug("ganciclovir", -14, -5)),
        infections=(Infected(-15, HERPES),),
        bridging="vincristine",
    ),
    Story(
        "difficile_before",
        (finding("cdiff_toxin", "positive", -18, specimen="specimen_stool"),),
        infections=(Infected(-18, GP),),
        end=(75, "last_contact"),
    ),
    # Without onset, written down on the fifth day of a stay: that day is the onset.
    Story(
        "abscess",
        (ward_diagnosis("perianal_abscess_cn", -4),),
        infections=(Infected(-4, ("unknown",)),),
        channel="request",
    ),
    Story(
        "zoster",
        (diagnosis("zoster_who", -22),),
        infections=(Infected(-22, HERPES),),
        release=((2, 2), (4, 3)),
        severe_release=True,
        bridging="intrathecal",
    ),
    Story(
        "sepsis_coded",
        (diagnosis("sepsis_gram_negative_cn", -16),),
        infections=(Infected(-16, GN),),
        infusions=((0, "local"), (2, "snomed")),
        last_infusion_day=2,
        bridging="cytarabine_late",
    ),
    # Two codes of one illness.
    Story(
        "pneumonia_and_sepsis",
        (diagnosis("pneumonia_who", -8), diagnosis("sepsis_who", -7)),
        infections=(Infected(-8, ("unknown",)),),
        channel="request",
    ),
    # And a new infection afterwards, again skin flora in two sets.
    Story(
        "urinary_then_skin_flora",
        (
            culture("ecoli", -25, site="urine"),
            diagnosis("uti_who", -25),
            culture("sepidermidis", 7),
            culture("sepidermidis", 8),
        ),
        infections=(Infected(-25, GN), Infected(7, GP)),
        bridging="fc_etoposide",
    ),
    Story(
        "named_in_chinese",
        (culture("saureus", -6, shape="text"), drug("vancomycin", -6, -1)),
        channel="request",
        infections=(Infected(-6, GP),),
    ),
    # Sputum that counts by its treatment alone, begun on the next day.
    Story(
        "sputum_treated",
        (culture("smaltophilia", -10, site="sputum"), drug("cefoperazone_sulbactam", -9, -3)),
        infections=(Infected(-10, GN),),
        release=((3, 3),),
        severe_release=True,
        bridging="cytarabine",
    ),
    # Below the level, and counts by the treatment a week later.
    Story(
        "cmv_treated",
        (viral_load(400, -12), drug("foscarnet", -5, -2)),
        infections=(Infected(-12, HERPES),),
        infusions=((0, "chinese"), (0, "drug")),
    ),
    Story(
        "two_in_one_set",
        (two_organisms("ecloacae", "efaecalis", -14), drug("meropenem", -14, -6)),
        channel="request",
        infections=(Infected(-14, (*GN, *GP)),),
        end=(85, "last_contact"),
        bridging="none",
    ),
    # Another organism later, and a death that nobody explained seven days after it.
    Story(
        "death_to_adjudicate",
        (
            culture("kpneumoniae", -10),
            culture("paeruginosa", 20),
            procedure("marrow_aspiration_local", 22),
        ),
        infections=(Infected(-10, GN), Infected(20, GN)),
        end=(27, "death"),
        died=(27, "probable_infection"),
        bridging="fludarabine_cytarabine",
    ),
)
