"""The FHIR server and what it sent: rosters, search crawl, folders, landing files, fetch ledger."""
