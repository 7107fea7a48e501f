"""The settings of the tap: their schema, defaults and validation, and the operations they name."""
