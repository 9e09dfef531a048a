"""Numbers of persons are found however they are written, at their place; what only looks like them passes."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

import pytest

from generator.engine.files import Files
from generator.sources import privacy
from tests.portal import Portal

ROOT = Path(__file__).parent.parent
ABOUT = "---\n标题: 关于我们\n发布时间: 2026-11-01\n---\n"


def found(text: str) -> list[tuple[str, str]]:
    """The code of each finding, and what stands at its place."""
    lines = text.split("\n")
    spans = [(one.code, one.span) for one in privacy.find(text, "a.md")]
    return [(code, lines[at.line - 1][at.column - 1 : at.column - 1 + at.length]) for code, at in spans]


@pytest.mark.parametrize(
    ("before", "number", "after"),
    [
        ("电话 ", "13812345678", ""),
        ("联系人-", "13812345678", "，白天"),
        ("Tel.", "13812345678", "。"),
        ("Tel:", "13812345678", ";"),
        ("Tel", "13812345678", "（微信同号）"),
        ("+86", "13812345678", ""),
        ("86", "13812345678", ""),
        ("+86-", "13812345678", ""),
        ("0086 ", "138 1234 5678", ""),
        ("（+86）", "13812345678", ""),
        ("0", "13812345678", ""),
        ("", "138 1234 5678", ""),
        ("", "138-1234-5678", ""),
        ("", "138 - 1234 - 5678", ""),
        ("", "138  1234  5678", ""),
        ("", "138.1234.5678", ""),
        ("", "138·1234·5678", ""),
        ("", "138 12345678", ""),
        ("", "138-12345678", ""),
        ("", "1381234 5678", ""),
        ("", "1381-234-5678", ""),
        ("", "138-123-45678", ""),
        ("", "138—1234—5678", ""),
        ("", "138\u00a01234\u30005678", ""),
        ("", "138&nbsp;1234&nbsp;5678", ""),
        ("电话：", "１３８１２３４５６７８", "转1"),
        ("电话：", "１３８－１２３４－５６７８", ""),
        ("", "&#49;3812345678", ""),
        ("", "1381234567&#56;", "，9点后"),
        ("", "&#x31;&#x33;&#56;12345678", " 张"),
        ("\u200b", "138\u200b1234\u200b5678", "\u200b张"),
        ("", "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8", ""),
        ("**", "13812345678", "**"),
        ("2026-11-02 ", "13812345678", ""),
        ("0472-00000001/", "13812345678", ""),
        ("0574-00000001-", "13812345678", ""),
        ("[电话](tel:", "13812345678", ")"),
        ('<a href="tel:+86', "13812345678", '">'),
        ("[电话](", "13812345678", ")"),
        ("http://a.example.cn，", "13812345678", ""),
        ("http://a.example.cn,", "13812345678", ",张三"),
        ("https://a.example.cn/x ", "13812345678", ""),
        ("二组 45 ", "138 1234 5678", " 22"),
        ("电话“", "13812345678", "”"),
    ],
)
def test_mobile_numbers(before: str, number: str, after: str) -> None:
    text = f"第一行\n😀{before}{number}{after}\n末行"
    assert found(text) == [("X002", number)]
    assert next(privacy.find(text, "a.md")).arguments["masked"] == "138****5678"
    assert found(number) == [("X002", number)]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("X001", "11010519491231002X"),
        ("X001", "11010519491231002x"),
        ("X001", "１１０１０５１９４９１２３１００２Ｘ"),
        ("X001", "110101 19900307 7758"),
        ("X001", "110101-19900307-7758"),
        ("X001", "110101 1990 0307 7758"),
        ("X001", "1101 0119 9003 0777 58"),
        ("X001", "110 101 1990 0307 7758"),
        ("X001", "110101 1990 03 07 775 8"),
        ("X001", "110105 19491231 002 X"),
        ("X001", "110101199003077&#55;58"),
        ("X001", "110101900307775"),
        ("X001", "110101 900307 775"),
        ("X003", "4111111111111111"),
        ("X003", "4111 1111 1111 1111"),
        ("X003", "4111-1111-1111-1111"),
        ("X003", "6222 0212 3456 7890 128"),
        ("X003", "622202 1234567890128"),
    ],
)
def test_identity_and_card_numbers(code: str, text: str) -> None:
    for before, after in (("", ""), ("证件：", "，"), ("ID", "abc"), ("卡号-", "-"), ("**", "**"), ("1 ", " 2")):
        assert found(before + text + after) == [(code, text)], (before, after)


@pytest.mark.parametrize(
    "text", ["zhang.san@example.cn", "ZHANG_3@mail.example.com.cn", "zhang＠example.cn", "zhang&#64;example.cn"]
)
def test_addresses(text: str) -> None:
    assert found(f"邮箱：{text}。") == [("X004", text)]
    assert found(f"[写信](mailto:{text})")[-1] == ("X004", text)


def test_an_address_may_begin_with_a_telephone() -> None:
    assert found("13812345678@example.cn") == [("X002", "13812345678"), ("X004", "13812345678@example.cn")]
    assert found("a13812345678@example.cn") == [("X004", "a13812345678@example.cn"), ("X002", "13812345678")]


@pytest.mark.parametrize(
    "text",
    ["冀A·12345", "冀A12345", "冀A 12345", "冀Ａ·１２３４５", "京AD12345", "粤B·F12345", "沪C1A23B", "浙B1234学"],
)
def test_number_plates(text: str) -> None:
    assert found(f"车牌{text}，") == [("X005", text)]


@pytest.mark.parametrize(
    "text",
    [
        "138****1234，35*************123，110101********7758，张*，冀A·**345，6222 **** **** 1234",
        "电话 0472-00000008，12345，110，400-123-4567，010-12345678，0574-8812 3456",
        "2026-11-02 09:00 至 2026-11-16 09:00，2026.11.02，20261102，2024 2025 2026，1921-2026",
        "总产值13812345678元，或13812345678.50，或 ￥1,381,234,567.00，共 13812345678 元",
        "面积 113.13812345678 平方米；0.13812345678；-.13812345678",
        "索引号 11330200002941386Q/2026-00012，文号〔2026〕138号，统一代码 91110108MA01ABCD2X",
        "实施编码 113302000029413861400011602100001，条形码 6901234567892，时间戳 1712345678901",
        "110101199003077759 的校验码不对；110101901307775 的月份不对；990101900307775 没有这个地区",
        "4111111111111112，4111 1111 1111 1112，3025 2026 2027 2028，1350000 2026，150 2025 2026，150 20261102",
        "https://a.example.cn/x/13812345678?tel=13812345678&id=110101199003077758#13812345678",
        "http://a.example.cn:8080/11010519491231002X.html 和 www.example.gov.cn/art/13812345678.html",
        "[附件](/pages/2026/13812345678.pdf)，![图](../13812345678.jpg)，[见](#13812345678)",
        '<img src="13812345678.jpg" alt=""><a href=\'x/13812345678\'>见</a>',
        '<path d="M138.1234.5678 138 1234 5678">',
        "image: /files/2026/13812345678.jpg",
        "sha256:13812345678ab41111111111111111a0f3c2d1e4b5a69788f0e1d2c3b4a59687",
        "编号 13812345-1111-2222-3333-13812345678a",
        "logo@2x.png，@某人，a@b，执行新GB39554标准，新GB395541，浙B2-20080224，京ICP备12345678号，云A级",
        "",
    ],
)
def test_what_only_looks_like_it(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("folder", ["content", "tests/portals/tumd/content", "docs"])
def test_good_texts_stay_clean(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*") if path.suffix in (".md", ".yaml", ".txt", ".csv")]
    assert files
    for path in files:
        assert found(path.read_text(encoding="utf-8")) == [], path


def test_places_in_order_and_each_once() -> None:
    text = "二 110101199003077758\n&#49;3812345678 与 138&nbsp;1234&nbsp;5678 与 zhang@example.cn\n冀A12345"
    places = [(one.code, one.span.line, one.span.column, one.span.length) for one in privacy.find(text, "a.md")]
    assert places == [
        ("X001", 1, 3, 18),
        ("X002", 2, 1, 15),
        ("X002", 2, 19, 23),
        ("X004", 2, 45, 16),
        ("X005", 3, 1, 7),
    ]


@pytest.mark.parametrize(
    "unit",
    [
        *("1", "1 ", "1-", "12345678901\n", "138 1234 567\n", "13812345678\n", "4111111111111112 "),
        *("6222 0212 3456 7890 ", "110101199003077750 ", "a1", "a.", "a@", "](", 'd="', "/a", "http://"),
        *("1.", "＠１", "&#49;", "1\u200b", "冀A1"),
    ],
)
def test_linear_time(unit: str) -> None:
    """A text that is twice as long takes twice the time or so; 4 MB take a second on a machine that is not busy."""

    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        assert len(list(privacy.find(text, "a.md"))) <= 4 * privacy.MOST_FOUND
        return time.process_time() - start

    short = min(seconds(250_000), seconds(250_000))
    assert seconds(2_000_000) < 8 * 3 * short + 0.2


def test_four_megabytes_of_digits() -> None:
    for unit in ("1234567890", "1381234567 "):
        start = time.process_time()
        assert found(unit * (4_000_000 // len(unit))) == []
        assert time.process_time() - start < 2


# Files.


def codes(portal: Portal) -> list[tuple[str, str, int, int]]:
    """The code and the place of each problem of a build; that no entry names a file is not the question here."""
    at = [(one.code, one.span) for one in portal.build().diagnostics if one.code != "C017"]
    return [(code, span.path.removeprefix("content/"), span.line, span.column) for code, span in at]


def test_settings_are_looked_through(tmp_path: Path) -> None:
    portal = Portal.of(tmp_path, {"content/pages/about.md": ABOUT})
    site = (tmp_path / "site.yaml").read_text(encoding="utf-8")
    portal.edit({"site.yaml": site + "# 138 1234 5678\n"})
    assert codes(portal) == [("X002", "site.yaml", site.count("\n") + 1, 3)]


@pytest.mark.parametrize("name", ["a.csv", "a.TXT", "a.html", "a.htm", "a.json", "a.svg", "a.vcf", "a.md", "a.xml"])
def test_copied_texts(tmp_path: Path, name: str) -> None:
    text = "第一行\r\n电话 13812345678\r\n"
    files = {f"content/static/x/{name}": text.encode("gb18030"), "content/pages/about.md": ABOUT}
    beside = not name.endswith(".md")
    if beside:
        files[f"content/pages/{name}"] = b"\xef\xbb\xbf" + text.encode()
        files[f"content/pages/2{name}"] = text.encode("utf-16")
    expected = [("X002", f"pages/2{name}", 2, 4), ("X002", f"pages/{name}", 2, 4)] if beside else []
    assert codes(Portal.of(tmp_path, files)) == [*expected, ("X002", f"static/x/{name}", 2, 4)]


def test_names_of_files(tmp_path: Path) -> None:
    files = {"content/pages/about.md": ABOUT, "content/static/张三 110101199003077758.png": "x"}
    files["content/static/mmexport1612345678901.jpg"] = files["content/static/IMG_20261112_153012.jpg"] = "x"
    assert codes(Portal.of(tmp_path, files)) == [("X001", "static/张三 110101199003077758.png", 0, 0)]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    names = ["a.doc", "a.docx", "a.xls", "a.XLSX", "a.pdf", "a.zip", "a.rar", "a.7z", "a.wps", "a.et"]
    portal = Portal.of(tmp_path, {"content/pages/about.md": ABOUT, "content/static/a.png": "13812345678"})
    portal.edit({f"content/static/{name}": "x" for name in names})
    assert codes(portal) == [("X006", f"static/{name}", 0, 0) for name in sorted(names)]
    assert portal.build().report.ok


@pytest.mark.parametrize(
    ("header", "titles"),
    [
        ("姓名,身份证号,手机", ["身份证号", "手机"]),
        ('"姓名";"家庭住址";"手机号码（必填）"', ["家庭住址", "手机号码"]),
        ("2026年名单,,\n序号,*身份证,银行卡", ["身份证", "银行卡"]),
        ("住址\t手机号", ["住址", "手机号"]),
        ("姓名,联系人手机号,户籍住址", ["联系人手机号", "户籍住址"]),
        ("事项,手机办理,需带身份证,办公地址,电话", []),
        ("一\n二\n三\n身份证号", []),
    ],
)
def test_titles_of_columns(header: str, titles: list[str]) -> None:
    problems = list(privacy.copied("a.csv", header.encode()))
    lines = header.split("\n")
    assert [one.code for one in problems] == ["X008"] * len(titles)
    assert [one.arguments["title"] for one in problems] == titles
    at = [one.span for one in problems]
    assert [lines[span.line - 1][span.column - 1 : span.column - 1 + span.length] for span in at] == titles


def photo(order: str, tags: tuple[int, ...] = (0, 1, 2, 3, 4), before: bytes = b"") -> bytes:
    """A JPEG of nothing but an Exif segment, whose GPS directory has these tags."""
    header = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    first = struct.pack(f"{order}H HHII HHII I", 2, 0x010F, 2, 1, 0, 0x8825, 4, 1, 38, 0)
    places = struct.pack(f"{order}H", len(tags)) + b"".join(struct.pack(f"{order}HHII", tag, 5, 3, 0) for tag in tags)
    segment = b"Exif\0\0" + header + first + places
    return b"\xff\xd8" + before + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + b"\xff\xda\0\2data"


@pytest.mark.parametrize("order", ["<", ">"])
def test_photos_with_a_place(order: str) -> None:
    def said(data: bytes) -> list[str]:
        return [one.code for one in privacy.copied("a.JPG", data)]

    assert said(photo(order)) == ["X007"]
    assert said(photo(order, before=b"\xff\xe0\0\4ab\xff\xff\xd0")) == ["X007"]
    assert said(photo(order, tags=(0,))) == []
    assert said(photo(order, tags=())) == []
    assert said(photo(order).replace(b"Exif", b"Else")) == []
    assert said(b"\xff\xd8\xff\xda\0\2" + photo(order)) == []
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x exif:GPSLatitude='1'/>"
    assert said(b"\xff\xd8\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp) == ["X007"]
    whole = photo(order)
    for end in range(len(whole)):
        assert said(whole[:end]) in ([], ["X007"])
    for index in range(len(whole)):
        for value in (0, 1, 0x7F, 0xFF):
            assert said(whole[:index] + bytes([value]) + whole[index + 1 :]) in ([], ["X007"])


def test_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warm build reads no copied file again and looks through none, and says the same."""
    files = {"content/pages/about.md": ABOUT, "content/static/a.csv": "手机,1\n", "content/static/a.jpg": photo("<")}
    portal = Portal.of(tmp_path, {**files, "content/pages/a.txt": "zhang@example.cn"})
    long_ago = time.time() - 60
    for path in tmp_path.rglob("*.*"):
        os.utime(path, (long_ago, long_ago))
    # The change of the status of a file cannot be set back.
    real = Files.__init__
    later = time.time_ns() + 60_000_000_000
    monkeypatch.setattr(Files, "__init__", lambda self, marks: real(self, marks, lambda: later))
    first = codes(portal)
    assert [code for code, *_ in first] == ["X004", "X008", "X007"]
    opened: list[str] = []
    read = Files.read
    monkeypatch.setattr(Files, "read", lambda self, key, path: (opened.append(key), read(self, key, path))[1])
    monkeypatch.setattr(privacy, "copied", lambda path, data: pytest.fail(path))
    assert codes(portal) == first
    assert opened == ["site.yaml"]
    monkeypatch.undo()
    portal.edit({"content/pages/a.txt": "清白", "content/static/a.csv": "姓名\n", "content/static/a.jpg": b"\xff\xd8"})
    assert codes(portal) == []
