"""Sheets of units come in whole or line by line refused, never half."""

from pathlib import Path

import pytest
from django.db import connection

from xiaohao.kernel.acting import SYSTEM, Role
from xiaohao.kernel.errors import NotFound, Refused
from xiaohao.people.tests import make as people
from xiaohao.trail.queries import events_of
from xiaohao.units import actions, queries, sheets
from xiaohao.units.models import Unit
from xiaohao.units.tests import make
from xiaohao.units.tests.test_tree import paths_follow_parents

pytestmark = pytest.mark.django_db

COUNTRY = {
    "provinces": 'code,name\n41,"河南省"\n65,新疆维吾尔自治区\n',
    "cities": "code,name,provinceCode\n4101,河州市,41\n",
    "areas": "code,name,cityCode,provinceCode\n410102,河西区,4101,41\n",
    "streets": "code,name,areaCode,provinceCode,cityCode\n410102001,梅江街道,410102,41,4101\n",
    "villages": (
        "code,name,streetCode,provinceCode,cityCode,areaCode\n"
        "410102001001,致和社区居委会,410102001,41,4101,410102\n"
        '410102001200,"王庄（东）\\村委会",410102001,41,4101,410102\n'
    ),
}


def folder(place: Path, **files: str) -> Path:
    for name, text in (COUNTRY | files).items():
        (place / f"{name}.csv").write_text(text)
    return place


def take(place: Path, **more: object) -> actions.Imported:
    found = sheets.find(place)
    more = {"by": SYSTEM, "expected": found.lines} | more
    return actions.import_units(rows=found.rows(), source=place.name, **more)  # type: ignore[arg-type]


def refused(done: actions.Imported) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code) for one in done.refusals]


def test_the_country_comes_in_as_it_is_published(tmp_path: Path) -> None:
    done = take(folder(tmp_path))
    assert (done.imported, done.already, done.refusals) == (7, 0, [])
    assert paths_follow_parents()
    community = Unit.objects.get(code="410102001001")
    assert [u.level for u in queries.ancestors(community)] == [
        "province", "city", "county", "township",
    ]  # fmt: skip
    assert (community.level, community.short_name) == ("village", "致和社区")
    assert community.sectors == ["community"]
    assert Unit.objects.get(code="410102001200").name == "王庄（东）\\村委会"
    for typed in ("致和", "zhsq", "zhiheshequ", "410102001001"):
        assert queries.search(typed)[0] == community
    assert queries.search("王庄")[0].code == "410102001200"
    event = events_of("units.import", 1).last()
    assert event is not None
    assert event.data["imported"] == 7


def test_a_second_import_finds_everything_there_already(tmp_path: Path) -> None:
    take(folder(tmp_path))
    done = take(tmp_path)
    assert (done.imported, done.already, done.refusals) == (0, 7, [])
    founded = make.unit(code="NEXT")
    assert founded.pk > Unit.objects.exclude(pk=founded.pk).latest("id").pk


def test_imported_units_are_like_founded_ones(tmp_path: Path) -> None:
    take(folder(tmp_path))
    imported = Unit.objects.get(code="410102001001")
    twin = make.unit(Unit.objects.get(code="410102001"), name=imported.name, code="410102001002")
    told = ("name", "short_name", "pinyin", "initials", "level", "kind")
    assert [getattr(imported, name) for name in told] == [getattr(twin, name) for name in told]
    twin.refresh_from_db()
    assert twin.search == imported.search


def test_each_line_that_cannot_be_taken_is_named(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(
        "code,name,short_name,level,kind,parent_code,sectors\n"
        "A,甲市,,city,,,\n"  # 2
        "A,又一个甲市,,city,,,\n"  # 3
        ",没有代码,,city,,,\n"  # 4
        "B,,,city,,,\n"  # 5
        "C,丙区,,区,region,A,rural;community\n"  # 6
        "D,丁局,,municipal,department,A,\n"  # 7
        "E,戊局,,city,bureau,A,\n"  # 8
        "F,己局,,city,department,A,space\n"  # 9
        "G,庚局,,city,department,Z,\n"  # 10
        "H,辛科,,city,department,G,\n"  # 11
        "I,壬市,,city,,C,\n"  # 12
        f"J,{'长' * 201},,city,,A,\n"  # 13
        "K,多一列,,city,,A,,x\n"  # 14
        "L/1,斜线,,city,,A,\n"  # 15
        "\n"
        "X,绕圈,,county,,Y,\n"  # 17
        "Y,绕圈,,county,,X,\n"  # 18
        "M,癸局,,市级,部门,A,机关\n"  # 19
    )
    done = take(file)
    assert (done.imported, done.already) == (3, 0)
    assert refused(done) == [
        (3, "code", "double_code"),
        (4, "code", "missing"),
        (5, "name", "missing"),
        (7, "level", "unknown_level"),
        (8, "kind", "unknown_kind"),
        (9, "sectors", "unknown_sector"),
        (10, "parent_code", "unknown_parent"),
        (11, "parent_code", "parent_not_taken"),
        (12, "parent_code", "level_too_high"),
        (13, "name", "too_long"),
        (14, "", "columns"),
        (15, "code", "bad_code"),
        (17, "parent_code", "parent_not_taken"),
        (18, "parent_code", "parent_not_taken"),
    ]
    assert all(one.message and one.file == "own.csv" for one in done.refusals)
    assert Unit.objects.get(code="M").sectors == ["organs"]


def test_superiors_may_come_after_those_below_them(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(
        "单位代码,单位名称,级别,上级代码\n"
        "V,致和社区,村,S\nS,梅江街道,街道,D\nW,南园街道,镇,D\nD,河西区,区,C\nC,河州市,市,\n",
        encoding="gb18030",
    )
    done = take(file)
    assert (done.imported, done.refusals) == (5, [])
    assert paths_follow_parents()
    assert queries.shown_path(Unit.objects.get(code="V")).endswith("河西区 › 梅江街道 › 致和社区")


def test_an_import_stays_within_the_scope_of_whoever_imports(tmp_path: Path) -> None:
    tree = make.city()
    admin = people.actor(tree["west"], Role.ADMINISTRATOR)
    file = tmp_path / "own.csv"
    file.write_text(
        "code,name,level,parent_code\n"
        "N1,我的科,county,410002\nN2,别人的科,county,410001\nN3,挂在下面,county,\n"
    )
    with pytest.raises(NotFound):
        take(file, by=admin)
    done = take(file, by=admin, under=tree["west"])
    assert refused(done) == [(3, "parent_code", "outside_scope")]
    assert Unit.objects.get(code="N3").parent_id == tree["west"].pk


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"PK\x03\x04 a workbook", "not_text"),
        ("a.csv", b"code,name\0", "not_text"),
        ("a.csv", b"\xff\xfe\xff\xff\xff", "not_text"),
        ("a.csv", b"", "unknown_head"),
        ("a.csv", "我,你,他\n1,2,3\n".encode(), "unknown_head"),
        ("a.csv", b'code,name\n1,"' + b"x" * 140_000, "not_csv"),
    ],
)
def test_what_is_no_list_of_units_is_refused_whole(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(Refused) as said:
        take(file)
    assert said.value.unmet[0].code == code
    assert not Unit.objects.exists()


def test_a_place_without_sheets_is_no_place(tmp_path: Path) -> None:
    for place, code in ((tmp_path, "no_files"), (tmp_path / "none.csv", "not_found")):
        with pytest.raises(Refused) as said:
            sheets.find(place)
        assert said.value.unmet[0].code == code


def test_a_fault_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    streets = COUNTRY["streets"] + '410102002,"' + "x" * 140_000
    with pytest.raises(Refused):
        take(folder(tmp_path, streets=streets))
    assert not Unit.objects.exists()
    assert not events_of("units.import", 1).exists()


def test_rebuilding_the_indexes_leaves_the_same_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def indexes() -> list[tuple[str, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexdef FROM pg_indexes WHERE tablename = 'units_unit' UNION ALL "
                "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conrelid = 'units_unit'::regclass ORDER BY 1"
            )
            return list(cursor.fetchall())

    before = indexes()
    monkeypatch.setattr("xiaohao.units.actions.bulk.REBUILD_FROM", 1)
    assert take(folder(tmp_path)).imported == 7
    assert indexes() == before
    assert queries.search("致和")[0].code == "410102001001"
