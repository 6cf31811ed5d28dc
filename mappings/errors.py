"""What can be wrong with the data files of `mappings`.

MappingError
├── ValueSetUnreadable   a table of codes, ours or a site's, is not what valuesets/schema.csv says: mend that file
├── ProtocolUnreadable   a protocol file cannot be found, parsed or understood: mend that file
└── ViewUnreadable       a ViewDefinition file of ours cannot be read: a broken installation

The compiler of ViewDefinitions has a tree of its own (`mappings/sql_on_fhir/errors.py`): it can be given away alone.
No message holds anything from a patient's record; codes, keys and file names only.
"""


class MappingError(Exception):
    """A data file of `mappings` cannot be used. Nothing was loaded; the message names the file and the place."""


class ValueSetUnreadable(MappingError):
    """A value set file differs from `valuesets/schema.csv`; the message names file, line and column."""


class ProtocolUnreadable(MappingError):
    """A protocol cannot be found or says something it may not; the message names file, key and what was expected."""


class ViewUnreadable(MappingError):
    """A ViewDefinition file is missing its name or resource; the message names the file."""
