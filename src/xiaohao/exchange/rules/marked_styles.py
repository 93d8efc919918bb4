"""The styles of a workbook with colours added: each style it has, and the same on a colour."""

import re

from xiaohao.exchange.rules.package import Unmarkable, attribute, prefix, told

COLOURS = {True: b"FFF8D7DA", False: b"FFFFF3CD"}  # what keeps a row out; what is only noted


class Styles:
    """Cell formats, by their place in the list to which cells refer."""

    def __init__(self, xml: bytes) -> None:
        """Read them; raises `Unmarkable` where they are not laid out as usual."""
        self.xml, self.p = xml, prefix(xml, b"styleSheet")
        fills, formats = self._list(b"fills"), self._list(b"cellXfs")
        self.fills: list[bytes] = self._items(fills, b"fill")
        self.formats: list[bytes] = self._items(formats, b"xf")
        if not self.fills or not self.formats:
            raise Unmarkable("no formats of cells")
        self.earlier = {
            n
            for n, fill in enumerate(self.fills)
            if any(b'rgb="%b"' % colour in fill for colour in COLOURS.values())
        }
        self.made: dict[tuple[int, int], int] = {}
        self.colours: dict[bool, int] = {}

    def coloured(self, style: int, *, grave: bool) -> int:
        """The format that is like another, on the colour of a fault or of a note."""
        return self._filled(style, self._fill(grave))

    def worded(self, *, grave: bool) -> int:
        """The format of words about a row: on its colour, in lines as long as the column."""
        p, fill = self.p, self._fill(grave)
        if (-1, fill) not in self.made:
            self.formats.append(
                b'<%bxf numFmtId="0" fontId="0" fillId="%d" borderId="0" xfId="0" applyFill="1" '
                b'applyAlignment="1"><%balignment vertical="top" wrapText="1"/></%bxf>'
                % (p, fill, p, p)
            )
            self.made[-1, fill] = len(self.formats) - 1
        return self.made[-1, fill]

    def plain(self, style: int) -> int:
        """The format without the colour that an earlier copy gave it; else the same one."""
        if not 0 <= style < len(self.formats):
            return style
        fill = attribute(self.formats[style], b"fillId") or b""
        is_ours = fill.isdigit() and int(fill) in self.earlier
        return self._filled(style, 0) if is_ours else style

    def _filled(self, style: int, fill: int) -> int:
        if not 0 <= style < len(self.formats):
            raise Unmarkable(f"no style {style}")
        if (style, fill) not in self.made:
            form = self.formats[style]
            end = form.index(b">") + 1
            tag = told(told(form[:end], b"fillId", b"%d" % fill), b"applyFill", b"1")
            self.formats.append(tag + form[end:])
            self.made[style, fill] = len(self.formats) - 1
        return self.made[style, fill]

    def _fill(self, grave: bool) -> int:  # noqa: FBT001
        if grave not in self.colours:
            p = self.p
            self.fills.append(
                b'<%bfill><%bpatternFill patternType="solid"><%bfgColor rgb="%b"/>'
                b'<%bbgColor indexed="64"/></%bpatternFill></%bfill>'
                % (p, p, p, COLOURS[grave], p, p, p)
            )
            self.colours[grave] = len(self.fills) - 1
        return self.colours[grave]

    def whole(self) -> bytes:
        """The part with all that was added."""
        xml = self.xml
        for name, items in ((b"fills", self.fills), (b"cellXfs", self.formats)):
            found = self._list(name, xml)
            tag = told(xml[found.start() : found.start(1)], b"count", b"%d" % len(items))
            xml = xml[: found.start()] + tag + b"".join(items) + xml[found.end(1) :]
        return xml

    def _list(self, name: bytes, xml: bytes | None = None) -> re.Match[bytes]:
        form = rb"<%b%b(?:\s[^>]*)?(?<!/)>(.*?)</%b%b\s*>" % (self.p, name, self.p, name)
        found = re.search(form, self.xml if xml is None else xml, re.DOTALL)
        if found is None:
            raise Unmarkable(f"no {name.decode()}")
        return found

    def _items(self, found: re.Match[bytes], name: bytes) -> list[bytes]:
        p = self.p
        form = rb"<%b%b(?:\s[^>]*?)?(?:/>|>.*?</%b%b\s*>)" % (p, name, p, name)
        return re.findall(form, found[1], re.DOTALL)
