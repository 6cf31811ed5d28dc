"""A practice hospital: a generator of invented patients and a loopback FHIR server. Imports nothing of ours."""
