"""What exchanges print: offers, auctions and deals of hn_ip_exchange, and the projects of xiaoxiang_market."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ops.sandbox.rows import spelling
from ops.sandbox.rows.printing import Printing, Row, iso, party
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft

EXCHANGE, MARKET = "hn_ip_exchange", "xiaoxiang_market"
OFFER_STATES = {"挂牌中": "open", "已摘牌": "concluded"}
AUCTION_STATES = {"竞价预告": "open", "正在竞价": "reserved", "已成交": "concluded", "已流拍": "withdrawn"}


def supply_fact(patent: Patent, phase: str, posted: date, price: Row | None, industries: Sequence[str] = ()) -> Row:
    """What any list of patents on offer states of one."""
    owner = patent.holders[0]
    return {
        "kind": "supply",
        "phase": phase,
        "patents": [patent.number],
        "owner": party(owner, place=True),
        "area": None,
        "price": price and {name: price[name] for name in ("basis", "low", "high")},
        "industries": list(industries),
        "posted_on": iso(posted),
        "title": patent.title,
    }


class Exchange(Printing):
    """Rows of the feeds of hn_ip_exchange and xiaoxiang_market."""

    def exchange_offer(self, record: str, patent: Patent, posted: date, price: Row, state: str) -> Draft:
        owner = patent.holders[0]
        content = {
            "projectId": record,
            "projectName": patent.title,
            "patentNos": [self.number(patent.number)],
            "transferor": self.names([owner]),
            "transferorAddress": self.address(owner),
            "tradeType": self.chance.choice(("转让", "普通许可", "独占许可")),
            "listPrice": price["text"],
            "listDate": f"{posted.isoformat()} 00:00:00",
            "status": state,
            "contact": "褚某某",
            "tel": "0731-00000000",
            "viewCount": self.chance.randrange(500),
        }
        fact = supply_fact(patent, OFFER_STATES[state], posted, price)
        return Draft(EXCHANGE, "offers", record, "insert", "exchange_offer", content, (fact,))

    def market_project(self, record: str, patents: Sequence[Patent], posted: date, price: Row) -> Draft:
        """One project of the market: a patent, or a package of several under one price."""
        first, owner = patents[0], patents[0].holders[0]
        title = first.title if len(patents) == 1 else f"{first.title}等{len(patents)}件专利"
        content = {
            "xmbh": record,
            "xmmc": title,
            "zlh": ",".join(self.number(one.number) for one in patents),
            "zrf": self.names([owner]),
            "zrfdz": self.address(owner),
            "gpj": price["text"],
            "gprq": f"{posted:%Y%m%d}",
            "lxr": "许某某",
            "lxdh": "0731-00000000",
            "djl": self.chance.randrange(300),
        }
        fact = supply_fact(first, "open", posted, price) | {"patents": [one.number for one in patents], "title": title}
        return Draft(MARKET, "projects", record, "insert", "market_project", content, (fact,))

    def auction(self, record: str, patent: Patent, posted: date, on: date, fen: int, state: str) -> Draft:
        """A patent that is auctioned on a day from a first bid."""
        owner = patent.holders[0]
        content = {
            "lotId": record,
            "lotName": f"{patent.title}（专利权）",
            "patentNos": [self.number(patent.number)],
            "seller": self.names([owner]),
            "sellerAddress": self.address(owner),
            "startPrice": spelling.decimal(fen, 1_000_000),
            "noticeDate": posted.isoformat(),
            "auctionDate": on.isoformat(),
            "status": state,
        }
        price = {"basis": "lump_sum", "low": fen, "high": fen}
        fact = supply_fact(patent, AUCTION_STATES[state], posted, price)
        return Draft(EXCHANGE, "auctions", record, "insert", "auction", content, (fact,))

    def exchange_deal(
        self,
        record: str,
        patents: Sequence[Patent],
        takers: Sequence[Holder],
        signed: date,
        posted: date,
        fen: int,
    ) -> Draft:
        givers = patents[0].holders
        content = {
            "dealId": record,
            "projectName": patents[0].title,
            "patentNos": [self.number(patent.number) for patent in patents],
            "transferor": self.names(givers),
            "transferorAddress": self.address(givers[0]),
            "transferee": self.names(takers),
            "transfereeAddress": self.address(takers[0]),
            "dealPrice": self.money(fen),
            "signDate": signed.isoformat(),
            "publishDate": posted.isoformat(),
        }
        fact = {
            "kind": "transfer",
            "phase": "noticed",
            "patents": [patent.number for patent in patents],
            "signed_on": iso(signed),
            "consideration": fen,
            **self.sides(givers, takers),
        }
        return Draft(EXCHANGE, "deals", record, "insert", "exchange_deal", content, (fact,))
