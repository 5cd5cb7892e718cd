"""Figures of what patents become: products 专利产品, and shares of a company 作价投资."""

from __future__ import annotations

from schemas.figures.dimensions import COUNTER_TYPE, INDUSTRY, PARTY_TYPE, RIGHT_TYPE
from schemas.figures.distinct import enterprises, numbered, patent_and_event
from schemas.figures.indicator import Counting, Indicator, Reads
from schemas.figures.subjects import CONVERSION
from schemas.figures.units import Unit
from schemas.kinds.equity import Equity
from schemas.kinds.product import Product
from schemas.words import Term

IN_FORCE = Reads(Product, ("filed", "certified"))  # a cancelled filing leaves the count

PRODUCTS = (
    Indicator(
        id="product_recordals",
        label=Term("专利产品备案件数", "Products filed"),
        definition=Term(
            "当前有效的专利产品备案；按备案编号计件，一件产品多件专利计一件；注销的不计。",
            "Products filed and not cancelled, one for each filing number however many patents it has.",
        ),
        unit=Unit.PATENTS,
        subject=CONVERSION,
        reads=(IN_FORCE,),
        distinct=numbered("filing_number"),
        counting=Counting.STOCK,
        dimensions=(INDUSTRY,),
    ),
    Indicator(
        id="product_enterprises",
        label=Term("专利产品备案企业数", "Firms with products filed"),
        definition=Term(
            "有一件以上当前有效的专利产品备案的企业家数；按统一社会信用代码去重，无代码的按名称。",
            "Firms with at least one product that is filed and not cancelled, distinct by credit code, else by name.",
        ),
        unit=Unit.ENTERPRISES,
        subject=CONVERSION,
        reads=(IN_FORCE,),
        distinct=enterprises,
        counting=Counting.STOCK,
    ),
    Indicator(
        id="intensive_products",
        label=Term("专利密集型产品认定数", "Patent-intensive products"),
        definition=Term(
            "当前有效的专利密集型产品认定；按备案编号计件。",
            "Products certified as patent-intensive, one for each filing number.",
        ),
        unit=Unit.PATENTS,
        subject=CONVERSION,
        reads=(Reads(Product, ("certified",)),),
        distinct=numbered("filing_number"),
        counting=Counting.STOCK,
        dimensions=(INDUSTRY,),
    ),
    Indicator(
        id="equity_contributions",
        label=Term("专利作价投资次数", "Equity contributions"),
        definition=Term(
            "已登记的专利作价投资；一件专利一次登记计一次；仅公示未登记的不计。",
            "Registered contributions of patents to companies: one patent in one registration is one; a notice is none.",
        ),
        unit=Unit.TIMES,
        subject=CONVERSION,
        reads=(Reads(Equity, ("registered",)),),
        distinct=patent_and_event,
        dimensions=(RIGHT_TYPE, PARTY_TYPE, COUNTER_TYPE),
    ),
)
