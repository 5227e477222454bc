"""A dossier to the parts from which the documents of OSCAL 1.2.1 are put together."""
