"""The steps that bring the tables of a store from one version of the schema to the next."""
