"""Twenty more stories without infection before day 31: what comes later, and what ends the days at risk."""

from __future__ import annotations

from .afterthoughts import late_culture
from .diagnoses import certified, diagnosis
from .laboratory import culture, no_growth
from .procedures import infusion, old_procedure, procedure
from .stays import visit
from .stories import Infected, Story
from .treatments import drug

GP = ("bacterial_gp",)
GN = ("bacterial_gn",)

LATER: tuple[Story, ...] = (
    # The day before the look-back, and never again.
    Story(
        "day_minus_31",
        (culture("kpneumoniae", -31), drug("meropenem", -31, -24)),
        infections=(Infected(-31, GN, "before_look_back"),),
        bridging="none",
    ),
    # Sent away: the result came six days after the draw.
    Story(
        "day_31",
        (late_culture("ecoli", 31, reported=37),),
        infections=(Infected(31, GN),),
        bridging="cytarabine",
        channel="request",
    ),
    # Written in UTC as day 30; the hospital's clock had passed midnight.
    Story(
        "day_31_in_utc",
        (culture("paeruginosa", 31, clock="01:30"),),
        infections=(Infected(31, GN),),
        in_utc=True,
        infusions=((0, "snomed"), (1, "words_cd22")),
        last_infusion_day=1,
        bridging="vincristine",
    ),
    Story("day_90", (culture("smitis", 90, shape="local"),), infections=(Infected(90, GP),)),
    Story(
        "day_91",
        (culture("efaecium", 91),),
        infections=(Infected(91, GP, "after_windows"),),
        bridging="fc",
        infusions=((0, "pcs"), (0, "snomed"), (0, "local")),
    ),
    Story(
        "next_therapy",
        (drug("blinatumomab", 40, 55), culture("ecoli", 45, shape="no_specimen")),
        infections=(Infected(45, GN, "after_censoring"),),
        end=(40, "next_therapy"),
        bridging="mitoxantrone",
    ),
    # A transplant without recorded conditioning: seven days before it.
    Story(
        "transplant",
        (procedure("transplant_pcs", 80), diagnosis("pneumonia_who", 84)),
        infections=(Infected(84, ("unknown",), "after_censoring"),),
        end=(73, "conditioning"),
        bridging="none",
    ),
    Story(
        "relapse_death",
        (certified(24, underlying="all_cm_relapse"),),
        end=(24, "death"),
        died=(24, "other"),
        bridging="cytarabine_late",
        release=((2, 1),),
    ),
    # Blood culture on the day before, and the certificate says leukaemia.
    Story(
        "relapse_death_infected",
        (culture("abaumannii", 58, shape="no_specimen"), certified(59, underlying="all_who")),
        infections=(Infected(58, GN),),
        end=(59, "death"),
        died=(59, "other"),
    ),
    Story("death_unexplained", (), end=(70, "death"), died=(70, "unknown"), infusions=((0, "drug_c"),)),
    # No cause recorded, last positive ten days before; died in the first hour of a day, in UTC the day before.
    Story(
        "death_after_bacteraemia",
        (culture("kpneumoniae", 40),),
        infections=(Infected(40, GN),),
        end=(50, "death"),
        died=(50, "probable_infection"),
        in_utc=True,
        death_at="00:30",
        bridging="fc",
    ),
    Story(
        "late_infection_death",
        (culture("paeruginosa", 62), diagnosis("sepsis_who", 62), certified(66, underlying="sepsis_who")),
        infections=(Infected(62, GN),),
        end=(66, "death"),
        died=(66, "infection"),
        bridging="cytarabine",
    ),
    # The second product on day 24 after its own lymphodepletion: one course, the clock runs on.
    Story(
        "second_product",
        (drug("fludarabine", 18, 20), drug("cyclophosphamide", 18, 20)),
        infusions=((0, "snomed"), (24, "words_cd22")),
        last_infusion_day=24,
        bridging="fludarabine_cytarabine",
    ),
    Story("day_60_same_course", (), infusions=((0, "pcs"), (60, "snomed")), last_infusion_day=60, bridging="none"),
    Story("day_61_next_course", (), infusions=((0, "pcs"), (61, "snomed")), end=(61, "subsequent_course")),
    # Lymphodepletion of the next course is next therapy.
    Story(
        "next_course_prepared",
        (drug("fludarabine", 78, 80), drug("cyclophosphamide", 78, 80), infusion(84, "pcs")),
        end=(78, "next_therapy"),
        bridging="antibody",
    ),
    # First seen on day -14: long enough. Without any drug row the exposure is unknown.
    Story(
        "seen_for_14_days",
        (visit(70, status="planned"), visit(62, status="cancelled")),
        first_day=-14,
        end=(45, "last_contact"),
        bridging="unknown",
        channel="none",
        collection="none",
        depletion="none",
    ),
    Story(
        "seen_for_20_days",
        (old_procedure("transplant_sct", "2014-05"),),
        first_day=-20,
        end=(30, "last_contact"),
        bridging="unknown",
        channel="none",
        collection="none",
        depletion="none",
        infusions=((0, "words"), (1, "snomed")),
        last_infusion_day=1,
    ),
    # A stay that never ended in the record: the last dated entry counts.
    Story(
        "stay_going_on",
        (no_growth(20, text="无细菌生长"),),
        end=(33, "last_contact"),
        stay_goes_on_from=22,
        bridging="not_given",
    ),
    # Across channels one day apart: one infusion, on the earlier day.
    Story(
        "charted_after_midnight",
        (infusion(1, "drug"),),
        bridging="order_cancelled",
        depletion="ends_day_14",
        end=(52, "last_contact"),
    ),
)
