"""Whether somebody who means harm is kept from the last copies: consoles, keys, logs."""
