"""Digest text: what a follow's letters say. Plain text, in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.words import Lang, Term
from sinks.mail.letters import Text, one_line
from sinks.portal.show.feeds import Deleted, Entry

HUB = Term("通达", "Tongda")


def confirmation(title: str, base: str, link: str, lang: Lang) -> Text:
    """The letter that asks whether somebody wants letters at all."""
    manage, stop = addresses(base, link, lang)
    subject = Term(f"【通达】请确认订阅：{title}", f"Tongda: confirm that you follow {title}")(lang)
    body = Term(
        f"有人在通达用这个邮箱订阅“{title}”的变化。\n\n如果是您，请在 3 日内打开下面的页面确认：\n{manage}\n\n"
        "如果不是，不必理会：不确认就不会再收到邮件，邮箱地址 3 日后删除。\n",
        f"Somebody asked Tongda to tell this mail address what changes of “{title}”.\n\nIf it was you, confirm it on this page "
        f"within 3 days:\n{manage}\n\nIf not, do nothing: without that no further mail comes, and the address is removed "
        "after 3 days.\n",
    )(lang)
    return Text(one_line(subject), body, stop)


def digest(
    title: str,
    page: str,
    entries: Sequence[Entry],
    gone: Sequence[Deleted],
    base: str,
    link: str,
    lang: Lang,
    *,
    is_more: bool,
) -> Text:
    """What changed since the last letter."""
    number = len(entries) + len(gone)
    more = Term("余条以上", " or more")(lang) if is_more else Term("条", "")(lang)
    subject = Term(f"【通达】{title}：{number} {more}变化", f"Tongda: {title}, {number}{more} changed")(lang)
    lines = [title, base + page, ""]
    for entry in entries:
        sample = Term("【样例数据】", "[sample data] ")(lang) if entry.synthetic else ""
        lines += [f"· {sample}{one_line(entry.title)}", *(f"  {line}" for line in entry.text.splitlines() if line)]
        lines += [f"  {base}{entry.page}", ""]
    if gone:
        lines += [Term("不再列出：", "Not listed any more:")(lang), *(f"· {each.said} {each.id}" for each in gone), ""]
    if is_more:
        lines += [Term("更早的变化见网页。", "Earlier changes are on the page.")(lang), ""]
    manage, stop = addresses(base, link, lang)
    lines += ["-- ", Term(f"停止订阅，地址随即删除：{manage}", f"Stop, and have the address removed: {manage}")(lang)]
    return Text(one_line(subject), "\n".join(lines) + "\n", stop)


def addresses(base: str, link: str, lang: Lang) -> tuple[str, str]:
    """The page of a follow, and what ends it by one click."""
    prefix = base + ("/en" if lang == "en" else "")
    return f"{prefix}/follow/manage?link={link}", f"{prefix}/follow/stop?link={link}"
