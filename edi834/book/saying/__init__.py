"""How edits are said: the statements that take a carrier's book to the desired one, in the forms of its dialect."""
