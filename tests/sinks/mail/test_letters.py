"""Letters, addresses and their key, without a server."""

from __future__ import annotations

import stat
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from ops.settings import read_settings
from schemas.errors import Misconfigured
from schemas.fields.date import CHINA
from sinks.mail.addresses import Addresses, key_of, new_key, read_address
from sinks.mail.carriers import Folder
from sinks.mail.letters import Letter, message

MADE_AT = datetime(2025, 3, 18, 9, 30, tzinfo=CHINA)
LINK = "https://hub.example/follow/stop?link=" + "a" * 24 + "-" + "b" * 40


def test_an_address_is_read_in_one_form_and_what_is_none_is_refused() -> None:
    assert read_address(" Office@HNU.edu.CN ") == "Office@hnu.edu.cn"
    assert read_address("a.b+c@xn--fiq228c.xn--fiqs8s") == "a.b+c@xn--fiq228c.xn--fiqs8s"
    for wrong in (
        "",
        "office",
        "office@",
        "office@localhost",
        "office@127.0.0.1",
        "office@a.cn\nBcc: x@b.cn",
        "a b@c.cn",
        "a@b.cn,c@d.cn",
        "<a@b.cn>",
        ".a@b.cn",
        "a..b@c.cn",
        "a@-b.cn",
        "主任@b.cn",
        "a" * 65 + "@b.cn",
        "a@" + "b" * 250 + ".cn",
    ):
        assert read_address(wrong) == "", wrong


def test_an_address_is_known_by_its_key_alone() -> None:
    mine, other = Addresses(new_key()), Addresses(new_key())
    sealed = mine.seal("office@hnu.edu.cn")
    assert mine.open(sealed) == "office@hnu.edu.cn" and sealed != mine.seal("office@hnu.edu.cn")
    with pytest.raises(Misconfigured):
        other.open(sealed)
    assert mine.mark("Office@hnu.edu.cn") == mine.mark("office@hnu.edu.cn") != other.mark("office@hnu.edu.cn")
    link = mine.link("a" * 24)
    assert mine.holds(link) == "a" * 24
    assert [other.holds(link), mine.holds(link[:-1] + "!"), mine.holds("a" * 24), mine.holds("")] == [""] * 4


def test_the_key_is_made_once_for_its_owner_alone_and_another_content_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "home" / "mail.key"
    assert key_of(file) == key_of(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and [each.name for each in file.parent.iterdir()] == ["mail.key"]
    file.write_text("secret")
    with pytest.raises(Misconfigured, match="holds no key"):
        key_of(file)


def test_a_letter_is_the_same_bytes_each_time_stops_by_one_click_and_takes_no_header_from_its_text(
    tmp_path: Path,
) -> None:
    letter = Letter("f.7", "f", "", "专利\r\nBcc: x@b.cn", "正文\n.\n" + "长" * 2000, LINK, MADE_AT, 0, 1)
    mails = [message(letter._replace(attempts=n, lease=n), "digest@hub.example", "office@hnu.edu.cn") for n in (0, 3)]
    assert mails[0].as_bytes() == mails[1].as_bytes()
    with Folder(tmp_path).line() as line:
        assert [line.hand_on(letter.id, each, "office@hnu.edu.cn").taken for each in mails] == [True, True]
    (file,) = tmp_path.iterdir()
    read = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert {name: str(value) for name, value in read.items() if not name.startswith(("Content", "MIME"))} == {
        "From": "通达 Tongda <digest@hub.example>",
        "To": "office@hnu.edu.cn",
        "Subject": "专利 Bcc: x@b.cn",
        "Date": "Tue, 18 Mar 2025 09:30:00 +0800",
        "Message-ID": "<f.7@hub.example>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{LINK}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert read.get_content().replace("\r\n", "\n").rstrip("\n") == letter.body
    assert max(map(len, file.read_bytes().split(b"\n"))) < 998, "RFC 5322: no longer line"


def test_production_hands_letters_to_another_machine_encrypted_or_not_at_all() -> None:
    with pytest.raises(Misconfigured, match="TONGDA_MAIL: production refuses plaintext"):
        read_settings({"TONGDA_PROFILE": "production", "TONGDA_MAIL": "smtp://mail.example:25"})
    for wrong in ("mail.example", "http://mail.example", "smtp://a b", "smtps://mail.example/x"):
        with pytest.raises(Misconfigured, match="TONGDA_MAIL"):
            read_settings({"TONGDA_MAIL": wrong})
    assert read_settings({"TONGDA_MAIL": "smtp+starttls://hub@mail.example:587"}).mail.startswith("smtp+starttls:")
