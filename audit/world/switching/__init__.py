"""The hands that switch a group to its other place become all that can: nothing here is reached by a look."""
