"""What FHIR means to us: views, their compiler, code lists, protocols, findings. Imports no other package of ours."""
