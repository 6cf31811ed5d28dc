"""Twenty stories without any counted infection by day 30 in which something looks like one."""

from __future__ import annotations

from .afterthoughts import deleted_culture, retracted_culture
from .diagnoses import diagnosis, old_diagnosis, ward_diagnosis, words_only
from .laboratory import amended, culture, finding, report_without_result, viral_load
from .stories import Infected, Story
from .treatments import drug, running

GP = ("bacterial_gp",)
GN = ("bacterial_gn",)

SPARED: tuple[Story, ...] = (
    Story(
        "one_set",
        (culture("sepidermidis", 5), running("imatinib", 44, 60)),
        infections=(Infected(5, GP, "contaminant"),),
        end=(60, "last_contact"),
        bridging="tki",
    ),
    # One set, vancomycin for five days: for a person to decide.
    Story(
        "one_set_treated",
        (culture("sepidermidis", 6), drug("vancomycin", 7, 11)),
        infections=(Infected(6, GP, "possible_contaminant_treated"),),
        bridging="cytarabine",
        release=((3, 2),),
    ),
    # Two sets, two species: two singles.
    Story(
        "two_species",
        (culture("scapitis", 9, clock="08:10"), culture("shaemolyticus", 9, clock="08:20")),
        infections=(Infected(9, GP, "contaminant"), Infected(9, GP, "contaminant")),
        end=(31, "last_contact"),
        infusions=((0, "drug"), (2, "drug_b")),
        last_infusion_day=2,
    ),
    # Days 10 and 12 are not consecutive.
    Story(
        "two_days_apart",
        (culture("shominis", 10), culture("shominis", 12)),
        infections=(Infected(10, GP, "contaminant"), Infected(12, GP, "contaminant")),
        bridging="not_given",
    ),
    Story(
        "colonised_urine",
        (culture("efaecalis", 15, site="urine"),),
        infections=(Infected(15, GP, "colonisation_or_unknown"),),
        end=(45, "last_contact"),
    ),
    Story(
        "colonised_stool",
        (culture("kpneumoniae", 11, site="stool"), culture("efaecium", 3, site="rectal")),
        infections=(Infected(11, GN, "colonisation_or_unknown"),),
        bridging="vincristine",
        channel="request",
    ),
    Story(
        "cmv_untreated",
        (viral_load(300, 20), viral_load(420, 27)),
        infections=(Infected(20, ("viral_herpes",), "dnaemia_not_treated"),),
        infusions=((0, "snomed"),),
    ),
    # Copies are not international units.
    Story(
        "cmv_copies",
        (viral_load(5000, 25, unit="copies"),),
        infections=(Infected(25, ("viral_herpes",), "dnaemia_not_treated"),),
        bridging="ordered_only",
    ),
    # Final first, found on day 25 to be of somebody else.
    Story("in_error", (retracted_culture("kpneumoniae", 8, reported=10, retracted=25),), bridging="in_error"),
    Story(
        "refuted",
        (
            diagnosis("pneumonia_who", 9, verification="refuted"),
            diagnosis("uti_who", 16, verification="differential"),
            diagnosis("sepsis_who", 21, verification="entered-in-error"),
            # Of somebody else too, and the laboratory deleted it.
            deleted_culture("saureus", 12, reported=14, deleted=19),
        ),
        bridging="mitoxantrone",
    ),
    Story("cancelled", (culture("ecoli", 7, status="cancelled"),), bridging="intrathecal", depletion="fc_intrathecal"),
    # First read as S. aureus, amended to no growth.
    Story(
        "amended_to_nothing",
        (amended("saureus", "no_growth", 9),),
        bridging="cytarabine_late",
        infusions=((0, "snomed_and_local"), (1, "pcs")),
        last_infusion_day=1,
    ),
    # An organism that only this hospital knows is never taken for a pathogen.
    Story(
        "cold",
        (diagnosis("urti_who", 12), culture("local_organism", 18, shape="unmapped")),
        depletion="fc_etoposide",
        channel="request",
    ),
    Story(
        "screening",
        (culture("efaecium", -12, site="rectal"), culture("efaecium", 13, site="rectal")),
        bridging="before_collection",
    ),
    Story("catheter_tip", (culture("sepidermidis", 13, site="tip"),), bridging="fc", channel="request"),
    # And a pneumonia without onset, written down on day 12 of a stay that began before day 0: nobody can date it.
    Story(
        "mouth_yeast",
        (
            diagnosis("oral_candida_who", 10),
            culture("calbicans", 10, site="throat"),
            ward_diagnosis("pneumonia_who", 12),
        ),
        depletion="bendamustine",
    ),
    Story(
        "report_only",
        (report_without_result(14, words="Escherichia coli grown in one bottle"),),
        bridging="cytarabine_rxnorm",
        channel="request",
    ),
    Story(
        "states",
        (
            diagnosis("carrier_who", -8),
            diagnosis("history_infection_who", -20),
            diagnosis("bacteriuria_cm", 6),
            diagnosis("hepatitis_b_chronic", -45),
            words_only("高血压", -45),
        ),
        depletion="ends_day_1",
    ),
    Story(
        "fever_only",
        (diagnosis("neutropenia_cm", 3), diagnosis("fever_neutropenic_cm", 4), drug("meropenem", 4, 9)),
        bridging="order_cancelled",
        release=((3, 2), (5, 3)),
        severe_release=True,
    ),
    # A problem list that nobody cleared, an old mould infection still treated, shock without an infection.
    Story(
        "old_entries",
        (
            old_diagnosis("pneumonia_who", "2014", -60),
            diagnosis("aspergillosis_who", -50),
            running("voriconazole", -49, -5),
            finding("influenza_a_pcr", "not_detected", -3, specimen="specimen_nasopharynx"),
        ),
        infections=(Infected(-50, ("fungal_mould",), "before_look_back"),),
        bridging="fludarabine_cytarabine",
    ),
)
