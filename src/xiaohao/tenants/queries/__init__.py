"""What this tenant would publish, and what all have published, added up."""

from xiaohao.tenants.queries.national import (
    Added,
    Member,
    Nation,
    Part,
    Why,
    is_overseer,
    must_oversee,
    nation,
    publication_of,
    published_document,
)
from xiaohao.tenants.queries.sheets import own_sheet, shelved, signed

__all__ = [
    "Added",
    "Member",
    "Nation",
    "Part",
    "Why",
    "is_overseer",
    "must_oversee",
    "nation",
    "own_sheet",
    "publication_of",
    "published_document",
    "shelved",
    "signed",
]
