"""How a sender can be reached."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender's name, telephone and e-mail address; each may be empty."""

    name: str = ""
    phone: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self.name or self.phone or self.email)

    def words(self) -> tuple[str, ...]:
        """What must not be readable in the copy for the unit."""
        return tuple(word for word in (self.name, self.phone, self.email) if word)

    def pack(self) -> str:
        """As one text, to be sealed."""
        return json.dumps([self.name, self.phone, self.email], ensure_ascii=False)

    @classmethod
    def unpack(cls, text: str) -> "Sender":
        """What `pack` made."""
        name, phone, email = json.loads(text)
        return cls(name, phone, email)
