"""cohort.infusions: one row per patient and day of a CAR-T infusion."""

from checks.rules import ALL_MEASURES, NoRows, Suite, warn
from checks.templates import columns, filled, one_row_per

SUITE = Suite(
    "cohort.infusions",
    (
        columns(
            "patient_id",
            "infused_on",
            "infused_at",
            "product",
            "channel",
            "by_text",
            "resource_type",
            "resource_id",
            "records",
            protects=ALL_MEASURES,
        ),
        *filled(
            "patient_id",
            "infused_on",
            "resource_type",
            "resource_id",
            protects=ALL_MEASURES,
            reason="An infusion without patient, day or resource cannot start a course.",
        ),
        one_row_per(
            "patient_id",
            "infused_on",
            protects=ALL_MEASURES,
            reason="Records of one day are one infusion; two would count a patient's products twice.",
        ),
        warn(
            "infusion_by_code",
            NoRows("select item.patient_id from {batch} as item where item.by_text"),
            ALL_MEASURES,
            "These infusions are known from text only; somebody should look at them once.",
        ),
    ),
)
