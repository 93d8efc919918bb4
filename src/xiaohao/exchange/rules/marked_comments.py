"""Comments at cells of a sheet: those that stand there stay, and get what is added below them."""

import re
from collections.abc import Mapping

from xiaohao.exchange.rules.package import MAIN, Package, Unmarkable, attribute, prefix, written

Place = tuple[int, int]  # row and column, from 0
AUTHOR = "Xiaohao"
_KIND = b"application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWN = b"application/vnd.openxmlformats-officedocument.vmlDrawing"
_FIRST, _BLOCK = 1025, 1024  # how shapes are numbered
_SHAPES = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" '
    b'xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    b'<o:idmap v:ext="edit" data="%b"/></o:shapelayout><v:shapetype id="_x0000_t202" '
    b'coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/>'
    b"</v:shapetype></xml>"
)
_SHAPE = (
    b'<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;width:240pt;'
    b'height:82pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    b'<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    b'<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
    b'<div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note">'
    b"<x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%d, 15, %d, 10, %d, 15, %d, 4</x:Anchor>"
    b"<x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData>"
    b"</v:shape>"
)
_OLD_SHAPE = re.compile(rb"<v:shape\s[^>]*>.*?</v:shape>", re.DOTALL)
# What may stand behind the reference to the shapes, in the order that the format demands.
_BEHIND = (
    b"legacyDrawingHF", b"drawingHF", b"picture", b"oleObjects", b"controls", b"webPublishItems",
    b"tableParts", b"extLst",
)  # fmt: skip


def letters(column: int) -> bytes:
    """The letters of a column, from 0."""
    text = b""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = b"%c%b" % (65 + rest, text)
    return text


def column_of(text: bytes) -> int:
    """The column that letters name, from 0."""
    column = 0
    for letter in text:
        column = column * 26 + letter - 64
    return column - 1


def place_of(ref: bytes) -> Place:
    """The cell that is named like B5; raises `Unmarkable`."""
    found = re.fullmatch(rb"([A-Z]{1,3})(\d{1,7})", ref)
    if found is None:
        raise Unmarkable(f"no cell {ref!r}")
    return int(found[2]) - 1, column_of(found[1])


def name_of(place: Place) -> bytes:
    """How a cell is named."""
    return letters(place[1]) + b"%d" % (place[0] + 1)


def commented(
    package: Package, part: str, xml: bytes, notes: Mapping[Place, str], tail: int
) -> bytes:
    """The sheet with comments; its other parts are put into the package.

    Args:
        tail: where in `xml` the cells end.
    """
    there = package.related(part)
    old = next((to for kind, to in there.values() if kind == "comments"), None)
    if not notes and old is None:
        return xml
    name = old or package.free("xl/comments%d.xml")
    content, places = _comments(package.part(name) if old else None, notes)
    package.put(name, content)
    if old is None:
        package.relate(part, "comments", name)
        package.declare(b'<Override PartName="/%b" ContentType="%b"/>' % (name.encode(), _KIND))
    p = prefix(xml, b"worksheet")
    tag = re.search(rb"<%blegacyDrawing\s[^>]*>" % p, xml[tail:])
    key = (attribute(tag[0], rb"\w+:id") or b"").decode() if tag else ""
    if tag and there.get(key, ("",))[0] != "vmlDrawing":
        raise Unmarkable("shapes that are nowhere")
    drawn = there[key][1] if tag else package.free("xl/drawings/vmlDrawing%d.vml")
    package.put(drawn, _shapes(package.part(drawn) if tag else None, places))
    if tag:
        return xml
    package.declare(b'<Default Extension="vml" ContentType="%b"/>' % _DRAWN)
    return _referring(xml, p, package.relate(part, "vmlDrawing", drawn), tail)


def _comments(xml: bytes | None, notes: Mapping[Place, str]) -> tuple[bytes, set[Place]]:
    """The comments of a sheet with those of an earlier copy gone and new ones added; and where."""
    if xml is None:
        xml = (
            b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="%b">'
            b"<authors></authors><commentList></commentList></comments>" % MAIN
        )
    p = prefix(xml, b"comments")
    authors = re.search(rb"<%bauthors\s*>(.*?)</%bauthors\s*>" % (p, p), xml, re.DOTALL)
    listed = re.search(rb"<%bcommentList\s*>(.*?)</%bcommentList\s*>" % (p, p), xml, re.DOTALL)
    if authors is None or listed is None:
        raise Unmarkable("comments laid out in another way")
    names = re.findall(rb"<%bauthor\s*(?:/>|>(.*?)</%bauthor\s*>)" % (p, p), authors[1], re.DOTALL)
    ours = names.index(AUTHOR.encode()) if AUTHOR.encode() in names else len(names)
    kept: dict[Place, bytes] = {}
    for one in re.findall(rb"<%bcomment\s.*?</%bcomment\s*>" % (p, p), listed[1], re.DOTALL):
        tag = one[: one.index(b">") + 1]
        if attribute(tag, b"authorId") != b"%d" % ours:
            kept[place_of(attribute(tag, b"ref") or b"")] = one
    for place, text in notes.items():
        said = b'<%br><%bt xml:space="preserve">%b</%bt></%br>' % (p, p, written(text), p, p)
        kept[place] = (
            _below(kept[place], p, said)
            if place in kept
            else b'<%bcomment ref="%b" authorId="%d"><%btext>%b</%btext></%bcomment>'
            % (p, name_of(place), ours, p, said, p, p)
        )
    said = b"" if ours < len(names) else b"<%bauthor>%b</%bauthor>" % (p, AUTHOR.encode(), p)
    whole = xml[: authors.end(1)] + said + xml[authors.end(1) : listed.start(1)]
    return whole + b"".join(kept[at] for at in sorted(kept)) + xml[listed.end(1) :], set(kept)


def _below(comment: bytes, p: bytes, said: bytes) -> bytes:
    """A comment that stands there, with a text below its own."""
    found = re.search(rb"<%btext\s*>(.*?)</%btext\s*>" % (p, p), comment, re.DOTALL)
    if found is None:
        raise Unmarkable("a comment without a text")
    own = found[1]
    if re.match(rb"\s*<%bt[\s>]" % p, own):
        own = re.sub(rb"(<%bt[\s>].*?</%bt\s*>)" % (p, p), rb"<%br>\1</%br>" % (p, p), own, count=1)
    line = said.replace(b'preserve">', b'preserve">\n', 1)
    return comment[: found.start(1)] + own + line + comment[found.end(1) :]


def _shapes(xml: bytes | None, places: set[Place]) -> bytes:
    """The boxes in which comments stand: one for each, and none for those that are gone."""
    last = _FIRST + len(places)
    if xml is None:
        blocks = range(1, last // _BLOCK + 1)
        xml = _SHAPES % b",".join(b"%d" % n for n in blocks)
    if any(b"xmlns:%b=" % space not in xml for space in (b"v", b"o", b"x")):
        raise Unmarkable("shapes written in another way")
    drawn: set[Place] = set()

    def kept(found: re.Match[bytes]) -> bytes:
        shape = found[0]
        row, column = (re.search(rb"<x:%b>\s*(\d+)" % key, shape) for key in (b"Row", b"Column"))
        if b'"Note"' not in shape or row is None or column is None:
            return shape
        place = (int(row[1]), int(column[1]))
        drawn.add(place)
        return shape if place in places else b""

    xml = _OLD_SHAPE.sub(kept, xml)
    first = max([_FIRST - 1, *map(int, re.findall(rb"_x0000_s(\d{1,9})\b", xml))]) + 1
    new = b"".join(
        _SHAPE % (first + n, column + 1, max(row - 1, 0), column + 4, row + 6, row, column)
        for n, (row, column) in enumerate(sorted(places - drawn))
    )
    end = xml.rindex(b"</xml>")
    return xml[:end] + new + xml[end:]


def _referring(xml: bytes, p: bytes, key: bytes, tail: int) -> bytes:
    """The sheet with a reference to its shapes, where the format wants it."""
    said = (
        b"<%blegacyDrawing xmlns:r="
        b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="%b"/>'
    ) % (p, key)
    behind = re.compile(rb"<%b(?:%b)[\s/>]|</%bworksheet" % (p, b"|".join(_BEHIND), p))
    found = behind.search(xml, tail)
    if found is None:
        raise Unmarkable("no end of the sheet")
    return xml[: found.start()] + said + xml[found.start() :]
