"""Charset: the characters of a platform's bytes. A declared charset counts while what it gives looks like Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.errors import Reject
from schemas.fields.text import declared_charset, marked_charset

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
FEWEST_HAN = 6  # of fewer characters nothing can be told
LEAST_FREQUENT = 0.15  # of the Han characters: a page has half or more, bytes read in a wrong charset one in fifty
JUDGED = 20_000  # characters
CERTAIN = ("utf-8", "utf-8-sig")  # bytes of another charset are hardly ever valid in it
CP1252_EURO = b"\x80"  # of Windows: no GB18030, and what Chinese programs write for €
FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相"
    "全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果"
    "料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别手角期根论运农指几九区强放决西被干做必先回则任取"
    "据处南给光门即保治北造百规热领七海口东导器志世金增争济油思术极交受联认六共权收证改清美再采转更单切教速带安场身车例真务具万每目至"
    "达积示议报完类八离华名确科张信节整空元况今集传土许步群广石记需段研界林律究观装影算低持书布复容须际商非验连断深难近千周委素技备半"
    "办青省列习响约支般便团往历市何除消构府称准精值号率维划选标写存候效院查江型按格易置层片始专状育厂识适属包调县局照参引该价严湖沙限"
    "司让押称告申请登购销售企创新药械材监督标准盟服"
    "國個們來時會學發經電機關與業產動對應實務當從無點長東門開報備權證轉讓許說號專區縣廳質請申記術財慧為這過種現體還問題員總統條約"
)


def text_of(body: bytes, *declared: str) -> str:
    """The text: a byte order mark first, then each declared charset, UTF-8, GB18030, UTF-16 without a mark.

    Raises Reject (charset_unreadable) when none of them gives a text, or only one that cannot be meant.
    """
    unlikely = ""
    for charset in _charsets(body, declared):
        try:
            text = _decoded(body, charset)
        except (UnicodeError, LookupError):
            continue
        if charset in CERTAIN or looks_chinese(text):
            return text
        unlikely = unlikely or charset
    named = ", ".join(filter(None, declared)) or "a declared charset"
    met = f"; as {unlikely} they give no text that can be meant" if unlikely else ""
    raise Reject("charset_unreadable", f"{len(body)} bytes are neither {named}, UTF-8 nor GB18030{met}")


def _charsets(body: bytes, declared: tuple[str, ...]) -> Iterator[str]:
    wide = _wide_charset(body)
    named = (declared_charset(each) for each in declared)
    found = (marked_charset(body), wide, *named, "utf-8", "gb18030")
    yield from dict.fromkeys(each for each in found if each)


def _wide_charset(body: bytes) -> str | None:
    """UTF-16 without a mark, as its zero bytes show: every text that begins with ``{``, ``[`` or ``<`` has one there."""
    head = body[:2]
    if len(body) % 2 or 0 not in head or head == b"\0\0":
        return None
    return "utf-16-be" if head[0] == 0 else "utf-16-le"


def _decoded(body: bytes, charset: str) -> str:
    """Raises UnicodeError, LookupError."""
    try:
        text = body.decode(charset)
    except UnicodeDecodeError as error:
        if charset != "gb18030" or body[error.start : error.start + 1] != CP1252_EURO:
            raise
        text = _with_euros(body, charset)
    return text.removeprefix("\ufeff")


def _with_euros(body: bytes, charset: str) -> str:
    """Text in which single bytes 0x80 stand for €, for which GB18030 has no code. Raises UnicodeError for other damage."""
    parts: list[str] = []
    while True:
        try:
            return "".join((*parts, body.decode(charset)))
        except UnicodeDecodeError as error:
            if body[error.start : error.start + 1] != CP1252_EURO:
                raise
            parts += (body[: error.start].decode(charset), "€")
            body = body[error.start + 1 :]


def looks_chinese(text: str) -> bool:
    """Some of its Han characters are among the frequent ones; a text with few of them is not judged.

    Bytes of one Chinese charset read as another give valid characters, but rare ones.
    """
    han = HAN.findall(text[:JUDGED])
    return len(han) < FEWEST_HAN or sum(each in FREQUENT for each in han) >= LEAST_FREQUENT * len(han)
