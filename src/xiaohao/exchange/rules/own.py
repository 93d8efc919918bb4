"""Numbers of the ledger's own, as they stand in a sheet."""

import re

# As `Problem.number` writes them; people type the wide hyphen and small letters.
_OWN = re.compile(r"XH[-－][0-9]{4}[-－][0-9]{1,17}", re.IGNORECASE)


def is_own(number: str) -> bool:
    """Whether it is written as the ledger writes its numbers, be there such a problem or not."""
    return _OWN.fullmatch(number) is not None
