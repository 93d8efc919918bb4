"""An .xlsx as the parts it is made of: some are written anew, the others go on as they are."""

import re
import zipfile
from posixpath import dirname, join, normpath
from shutil import copyfileobj
from typing import IO
from xml.sax.saxutils import escape

_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATED = b"http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MOST_PART = 512 * 1024**2  # bytes of one part that is looked into
_UNFIT = (b"<![CDATA[", b"<!--", b"<!DOCTYPE", b"<!ENTITY")
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


class Unmarkable(ValueError):  # noqa: N818 (an answer, not a fault)
    """A workbook that cannot be written into as it is; it has to be made anew."""


def attribute(tag: bytes, name: bytes) -> bytes | None:
    """The value of an attribute in a start tag, as written; None where it is missing."""
    found = re.search(rb"\s%b\s*=\s*(?:\"([^\"]*)\"|'([^']*)')" % name, tag)
    return None if found is None else found[1] if found[1] is not None else found[2]


def told(tag: bytes, name: bytes, value: bytes) -> bytes:
    """The start tag with an attribute set."""
    said = b' %b="%b"' % (name, value)
    form = rb"\s%b\s*=\s*(?:\"[^\"]*\"|'[^']*')" % name
    new, n = re.subn(form, lambda _found: said, tag, count=1)
    end = -2 if tag.endswith(b"/>") else -1
    return new if n else tag[:end].rstrip() + said + tag[end:]


def written(text: str) -> bytes:
    """A text as it stands between tags; what XML cannot hold is left out."""
    return escape(_NO_CHARACTER.sub("", text)).encode()


def prefix(xml: bytes, root: bytes) -> bytes:
    """What stands before the names of a part's elements: nothing, or like `x:`.

    Raises:
        Unmarkable: it is no such part, or in another namespace.
    """
    found = re.search(rb"<((?:\w+:)?)%b\s[^>]*>" % root, xml)
    if found is None or MAIN not in found[0]:
        raise Unmarkable(f"no {root.decode()}")
    return found[1]


class Package:
    """The parts of a workbook.

    Looked into as bytes, by patterns: where a part has neither comments nor literal sections,
    “<” begins a tag and nothing else, so a pattern of tags finds tags. Parts that have are refused.
    """

    def __init__(self, given: IO[bytes]) -> None:
        """Open it; raises `Unmarkable` when it is no package."""
        try:
            self.archive = zipfile.ZipFile(given)
        except (zipfile.BadZipFile, OSError, ValueError) as fault:
            raise Unmarkable(str(fault)) from fault
        self.names = set(self.archive.namelist())
        self.new: dict[str, bytes] = {}

    def part(self, name: str) -> bytes:
        """The bytes of a part; raises `Unmarkable` where they are none that can be written into."""
        if name in self.new:
            return self.new[name]
        if name not in self.names:
            raise Unmarkable(f"no part {name}")
        if self.archive.getinfo(name).file_size > _MOST_PART:
            raise Unmarkable(f"{name} is too large")
        content = self.archive.read(name)
        declared = re.match(
            rb"<\?xml[^>]*encoding=[\"']([\w.-]+)", content.removeprefix(b"\xef\xbb\xbf")
        )
        is_utf8 = declared is None or declared[1].lower() == b"utf-8"
        if not is_utf8 or b"\0" in content or any(mark in content for mark in _UNFIT):
            raise Unmarkable(f"{name} cannot be written into")
        return content

    def put(self, name: str, content: bytes) -> None:
        """Write a part anew."""
        self.new[name] = content

    def free(self, pattern: str) -> str:
        """A name for a new part, like `xl/comments%d.xml`."""
        n = 1
        while (name := pattern % n) in self.names or name in self.new:
            n += 1
        return name

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: by id the kind (last word of its type) and the part."""
        name = _relations_of(part)
        if name not in self.names and name not in self.new:
            return {}
        found = {}
        for tag in _RELATION.findall(self.part(name)):
            said = [attribute(tag, key) for key in (b"Id", b"Type", b"Target")]
            if None not in said and attribute(tag, b"TargetMode") != b"External":
                key, kind, target = (value.decode() for value in said if value is not None)
                place = target if target.startswith("/") else join(dirname(part), target)
                found[key] = (kind.rpartition("/")[2], normpath(place).lstrip("/"))
        return found

    def relate(self, part: str, kind: str, target: str) -> bytes:
        """Let a part refer to another; gives the id."""
        name = _relations_of(part)
        there = self.related(part)
        n = 1
        while (key := f"rIdX{n}") in there:
            n += 1
        empty = b'<Relationships xmlns="%b"></Relationships>' % _RELATED
        is_there = name in self.names or name in self.new
        said = b'<Relationship xmlns="%b" Id="%b" Type="%b/%b" Target="/%b"/>' % (
            _RELATED, key.encode(), _OFFICE, kind.encode(), target.encode()
        )  # fmt: skip
        self.put(name, _within(self.part(name) if is_there else empty, b"Relationships", said))
        return key.encode()

    def declare(self, said: bytes) -> None:
        """Add a line to the kinds of the parts, unless it stands there."""
        name = "[Content_Types].xml"
        types = self.part(name)
        same = attribute(said, b"Extension") or attribute(said, b"PartName") or said
        if b'"%b"' % same not in types:
            space = b"http://schemas.openxmlformats.org/package/2006/content-types"
            self.put(name, _within(types, b"Types", said.replace(b" ", b' xmlns="%b" ' % space, 1)))

    def write(self, target: IO[bytes]) -> None:
        """Write the package: what was not put anew goes on as it is."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            for info in self.archive.infolist():
                if info.filename in self.new:
                    continue
                with self.archive.open(info) as old, made.open(info.filename, "w") as new:
                    copyfileobj(old, new, 1 << 20)
            for name, content in self.new.items():
                made.writestr(name, content)


def sheet_parts(package: Package) -> dict[str, str]:
    """The part of each worksheet, by its name as people read it."""
    import html  # noqa: PLC0415 (only here)

    book = next((to for kind, to in package.related("").values() if kind == "officeDocument"), "")
    xml, there = package.part(book), package.related(book)
    before = prefix(xml, b"workbook")
    found = {}
    for tag in re.findall(rb"<%bsheet\s[^>]*>" % before, xml):
        name, key = attribute(tag, b"name"), attribute(tag, rb"\w+:id")
        kind, part = there.get((key or b"").decode(), ("", ""))
        if name is not None and kind == "worksheet":
            found[html.unescape(name.decode())] = part
    return found


def styles_part(package: Package) -> str:
    """The part with the styles of the cells; raises `Unmarkable` where there is none."""
    book = next((to for kind, to in package.related("").values() if kind == "officeDocument"), "")
    for kind, part in package.related(book).values():
        if kind == "styles":
            return part
    raise Unmarkable("no styles")


def _relations_of(part: str) -> str:
    return join(dirname(part), "_rels", f"{part.rpartition('/')[2]}.rels")


def _within(xml: bytes, root: bytes, said: bytes) -> bytes:
    """The part with a line more before its end."""
    found = re.search(rb"</(?:\w+:)?%b\s*>\s*$" % root, xml)
    if found is None:
        raise Unmarkable(f"no end of {root.decode()}")
    return xml[: found.start()] + said + xml[found.start() :]
