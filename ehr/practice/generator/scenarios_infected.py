"""Sixteen stories without infection before the infusion and seventeen infections on day 0 to 30."""

from __future__ import annotations

from .afterthoughts import registered_twice
from .diagnoses import certified, diagnosis
from .laboratory import amended, culture, finding, no_growth, two_organisms, viral_load
from .stories import Infected, Story
from .treatments import drug, running

GP = ("bacterial_gp",)
GN = ("bacterial_gn",)

INFECTED: tuple[Story, ...] = (
    # Copies of one strain at gaps of three days, and the same infection as a diagnosis.
    Story(
        "ecoli_copies",
        (
            culture("ecoli", 6),
            culture("ecoli", 9),
            culture("ecoli", 12, shape="clauses"),
            diagnosis("sepsis_ecoli_cm", 6),
        ),
        infections=(Infected(6, GN),),
        bridging="cytarabine",
        release=((2, 1), (4, 2)),
    ),
    # Inside the interval (gap 4), then outside (gap 7): the one patient with two infections; a copy of
    # the second stands under a Patient that was made by mistake and merged three days later.
    Story(
        "ecoli_twice",
        (
            culture("ecoli", 4),
            culture("ecoli", 8),
            culture("ecoli", 15, shape="member"),
            no_growth(12),
            registered_twice("ecoli", 16, merged=19),
        ),
        infections=(Infected(4, GN), Infected(15, GN)),
        bridging="fludarabine_cytarabine",
        release=((3, 3),),
        severe_release=True,
    ),
    # Viridans streptococci count from one set.
    Story(
        "viridans_once",
        (culture("smitis", 8), no_growth(8, clock="09:50"), culture("kpneumoniae", 50)),
        infections=(Infected(8, GP), Infected(50, GN)),
        channel="request",
        bridging="mitoxantrone",
        infusions=((0, "snomed"), (1, "words_cd22")),
        last_infusion_day=1,
    ),
    # Two sets around midnight: consecutive local days.
    Story(
        "skin_flora_twice",
        (culture("sepidermidis", 10, clock="23:50"), culture("sepidermidis", 11, clock="00:10")),
        infections=(Infected(10, GP),),
        bridging="cytarabine_rxnorm",
        infusions=((0, "drug"),),
    ),
    # Collected at six in the morning of day 0, before the cells: still day 0.
    Story(
        "day_zero_before_cells",
        (culture("efaecium", 0, clock="06:05"), drug("vancomycin", 0, 9)),
        infections=(Infected(0, GP),),
        bridging="vincristine",
        end=(60, "last_contact"),
    ),
    # Sputum needs the diagnosis, which names the genus.
    Story(
        "pneumonia_pseudomonas",
        (culture("paeruginosa", 12, site="sputum"), diagnosis("pneumonia_pseudomonas_cm", 13)),
        infections=(Infected(12, GN),),
        bridging="none",
        channel="request",
    ),
    # Diagnoses only; the sepsis and the severity code attach to the pneumonia.
    Story(
        "pneumonia_coded",
        (
            diagnosis("pneumonia_cn", 14),
            diagnosis("sepsis_cn", 14),
            diagnosis("sirs_infectious_who", 15),
            no_growth(14),
        ),
        infections=(Infected(14, ("unknown",)),),
        bridging="cytarabine_late",
        release=((5, 2),),
    ),
    Story(
        "difficile_toxin",
        (finding("cdiff_toxin", "positive", 9, specimen="specimen_stool"), drug("vancomycin_oral", 10, 19, route="po")),
        infections=(Infected(9, GP),),
        bridging="fc",
        infusions=((0, "snomed_and_local"),),
    ),
    # The organism is the code of a row under the culture.
    Story(
        "candidaemia",
        (culture("ctropicalis", 16, site="blood_fungus", shape="named_by_code"), drug("caspofungin", 17, 30)),
        infections=(Infected(16, ("fungal_yeast",)),),
        bridging="since_day_60",
        collection="none",
    ),
    # Below the level first; letermovir is prophylaxis.
    Story(
        "cmv_level",
        (viral_load(300, 12), viral_load(1500, 22), running("letermovir", -7, 40)),
        infections=(Infected(22, ("viral_herpes",)),),
        bridging="none",
    ),
    # A respiratory virus and the common-cold code need each other.
    Story(
        "influenza",
        (
            finding("influenza_a_pcr", "detected", 25, specimen="specimen_nasopharynx"),
            diagnosis("urti_who", 25),
        ),
        infections=(Infected(25, ("viral_resp",)),),
        bridging="none",
        end=(45, "last_contact"),
    ),
    # A resistant variant is its species; dies of it, certified beside the leukaemia.
    Story(
        "mrsa_death",
        (
            culture("mrsa", 7, shape="reported"),
            culture("saureus", 10),
            diagnosis("sepsis_who", 8),
            drug("vancomycin", 8, 13),
            drug("norepinephrine", 11, 13),
            certified(13, underlying="all_who", contributing="sepsis_aureus_who"),
        ),
        infections=(Infected(7, GP),),
        bridging="cytarabine",
        end=(13, "death"),
        died=(13, "infection"),
        release=((2, 2), (4, 3)),
        severe_release=True,
    ),
    # The certificate has words only.
    Story(
        "acinetobacter_death",
        (
            culture("abaumannii", 11),
            drug("tigecycline", 12, 19),
            drug("norepinephrine", 17, 19),
            certified(19, words="Septic shock, multiple organ failure"),
        ),
        infections=(Infected(11, GN),),
        bridging="fc_etoposide",
        end=(19, "death"),
        died=(19, "infection"),
        channel="administration",
    ),
    # Urine counts by the diagnosis three days later.
    Story(
        "urinary",
        (culture("ecoli", 17, site="urine"), diagnosis("uti_who", 20)),
        infections=(Infected(17, GN),),
        bridging="antibody",
        end=(75, "last_contact"),
    ),
    # Day 30 is still early; first read as a Gram-negative rod.
    Story(
        "day_thirty",
        (amended("gram_negative_rod", "ecloacae", 30),),
        infections=(Infected(30, GN),),
        bridging="vincristine",
        channel="request",
        infusions=((0, "chinese"), (0, "snomed")),
    ),
    # Written in UTC on the date before; two organisms of one specimen are one infection.
    Story(
        "day_zero_in_utc",
        (culture("kpneumoniae", 0, clock="06:40", shape="text"), two_organisms("kpneumoniae", "efaecalis", 2)),
        infections=(Infected(0, (*GN, *GP)),),
        bridging="tki",
        in_utc=True,
        infusions=((0, "pcs_peripheral"), (2, "words_cd22")),
        last_infusion_day=2,
    ),
)
