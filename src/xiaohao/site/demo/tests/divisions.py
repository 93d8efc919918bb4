"""A small country in the same form as the divisions' CSV files, for tests without the network."""

from pathlib import Path

STREETS = {"120101": "和平区", "120114": "武清区"}
FILES = {
    "provinces": "code,name\n12,天津市\n",
    "cities": "code,name,provinceCode\n1201,市辖区,12\n",
}


def write(folder: Path) -> Path:
    """Write `areas.csv`, `streets.csv` and `villages.csv` into `folder`; two districts."""
    areas = ["code,name,cityCode,provinceCode"]
    streets = ["code,name,areaCode,provinceCode,cityCode"]
    villages = ["code,name,streetCode,provinceCode,cityCode,areaCode"]
    for district, name in STREETS.items():
        areas.append(f"{district},{name},1201,12")
        for s in range(1, 5):
            street = f"{district}{s:03d}"
            ending = "街道" if district == "120101" else "镇"
            streets.append(f"{street},第{s}{ending},{district},12,1201")
            tail = f"{street},12,1201,{district}"
            villages += [f"{street}{v:03d},{_village(district, s, v)},{tail}" for v in range(1, 9)]
    for file, rows in (("areas", areas), ("streets", streets), ("villages", villages)):
        (folder / f"{file}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for file, text in FILES.items():
        (folder / f"{file}.csv").write_text(text, encoding="utf-8")
    return folder


def _village(district: str, street: int, number: int) -> str:
    marks = "甲乙丙丁戊己庚辛"
    name = f"{marks[street - 1]}{marks[number - 1]}"
    return f"{name}里社区居委会" if district == "120101" else f"{name}庄村委会"
