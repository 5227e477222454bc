"""Whether the building lets the machines live: batteries, power, fire, concentration."""
