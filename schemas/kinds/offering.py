"""What supply and demand have in common: the state of a posting, forms of a deal, stages of maturity."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.words import Term

OFFER_PHASES = {
    "open": Term("在架", "Open"),
    "reserved": Term("已预约", "Reserved"),
    "concluded": Term("已成交", "Concluded"),
    "withdrawn": Term("已下架", "Withdrawn"),
}
DEAL_FORMS = {
    "transfer": Term("转让", "Transfer"),
    "exclusive": Term("独占许可", "Exclusive licence"),
    "sole": Term("排他许可", "Sole licence"),
    "ordinary": Term("普通许可", "Ordinary licence"),
    "licence": Term("许可", "Licence"),
    "open_licence": Term("开放许可", "Open licence"),
    "equity": Term("作价投资", "Equity contribution"),
    "pledge": Term("质押融资", "Pledge"),
    "co_development": Term("合作开发", "Co-development"),
    "commissioned": Term("委托开发", "Commissioned development"),
    "service": Term("技术服务", "Technical service"),
    "consulting": Term("技术咨询", "Consulting"),
    "unknown": Term("不明", "Unknown"),
}
STAGES = {
    "lab": Term("实验室", "Laboratory"),
    "small_trial": Term("小试", "Small trial"),
    "pilot": Term("中试", "Pilot"),
    "production": Term("量产", "Production"),
    "unknown": Term("不明", "Unknown"),
}
# Whoever has an exclusive licence is the only one that may use the invention, the patentee included (interpretation of the
# Supreme People's Court on technology contracts, art. 25): none of these is left to grant.
LICENCES = frozenset({"exclusive", "sole", "ordinary", "licence", "open_licence"})


def barred_forms(named: Iterable[str], encumbrances: Iterable[str]) -> tuple[str, ...]:
    """Of the deal forms that platforms name, those that an exclusive licence excludes. ``encumbrances``: their types."""
    return tuple(form for form in named if form in LICENCES) if "exclusive_licence" in encumbrances else ()
