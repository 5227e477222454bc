"""A made-up ministry with its servers, started on this machine, audited for real, torn down again."""
