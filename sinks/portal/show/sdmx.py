"""SDMX 3.0: a figure's observations as SDMX-CSV 2.0 and SDMX-JSON 2.0, and its structure as SDMX-JSON 2.0. Pure.

A figure is a dataflow with a data structure of its own: frequency, area, its dimensions, time; the value; and its attributes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.figures.dimensions import AREA
from schemas.figures.disclosure import WITHHELD
from schemas.wire import encode
from schemas.words import Term
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.read.observations import TOTAL, Observation, dimensions_of
from sinks.portal.show import words

AGENCY = "TONGDA"
CSV = "application/vnd.sdmx.data+csv;version=2.0.0"
JSON = "application/vnd.sdmx.data+json;version=2.0.0"
STRUCTURE = "application/vnd.sdmx.structure+json;version=2.0.0"
SCHEMAS = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master"
EPOCH = "1970-01-01T00:00:00Z"  # of a message without an observation
FREQUENCY = {
    "A": Term("年（累计至今）", "Year, so far"),
    "M": Term("月", "Month"),
    "D": Term("日（时点数）", "Day, of a stock"),
}
CONCEPTS: Mapping[str, Term] = {
    "FREQ": Term("频率", "Frequency"),
    "TIME_PERIOD": Term("时间", "Time"),
    "OBS_VALUE": Term("数值", "Value"),
    "OBS_STATUS": Term("观测状态", "Status"),
    "CONF_STATUS": Term("保密状态", "Confidentiality"),
    "UNIT_MEASURE": Term("单位", "Unit"),
    "AS_OF": Term("数据截至", "As of"),
    "REVISION": Term("版本", "Revision"),
    "SYNTHETIC": Term("样例数据", "Sample data"),
}
ATTRIBUTES = ("OBS_STATUS", "UNIT_MEASURE", "AS_OF", "REVISION", "SYNTHETIC", "CONF_STATUS")
CONFIDENTIAL: Mapping[str, Term] = {"F": Term("公开", "Free"), "C": Term("保密", "Confidential")}
TYPES = {"UNIT_MEASURE": "String", "AS_OF": "DateTime", "REVISION": "Long", "SYNTHETIC": "Boolean"}
_ALL = {TOTAL: Term("合计", "Total")}


@dataclass(frozen=True)
class Message:
    """What is asked of one figure. ``found``: its observations."""

    indicator: Indicator
    found: Sequence[Observation] = ()

    @property
    def version(self) -> str:
        """Semantic: a figure that counts otherwise is another structure."""
        return version_of(self.indicator)

    @property
    def prepared(self) -> str:
        """The newest change in it, so that the same answer has the same bytes."""
        return max((each.changed_at for each in self.found), default=EPOCH)


def version_of(indicator: Indicator) -> str:
    return f"{indicator.def_version}.0.0"


def written_csv(message: Message) -> bytes:
    """SDMX-CSV 2.0: one line an observation."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    names = (*dimensions_of(message.indicator), "TIME_PERIOD", "OBS_VALUE", *ATTRIBUTES)
    lines.writerow(("STRUCTURE", "STRUCTURE_ID", "ACTION", *names))
    structure = f"{AGENCY}:{message.indicator.indicator}({message.version})"
    for each in message.found:
        lines.writerow(("dataflow", structure, "I", *each.key, each.time, each.point.value, *_attributes(each)))
    return out.getvalue().encode()


def written_json(message: Message) -> bytes:
    """SDMX-JSON 2.0: values of dimensions once, observations by their places among them."""
    names = dimensions_of(message.indicator)
    codes = [sorted({each.key[at] for each in message.found}) for at in range(len(names))]
    times = sorted({each.time for each in message.found})
    statuses = sorted({each.point.status for each in message.found})
    listed = {"OBS_STATUS": statuses, "CONF_STATUS": list(CONFIDENTIAL)}
    observations = {}
    for each in message.found:
        place = ":".join(
            [*(str(codes[at].index(value)) for at, value in enumerate(each.key)), str(times.index(each.time))]
        )
        _, _, as_of, revision, synthetic, confidential = _attributes(each)
        confidentiality = list(CONFIDENTIAL).index(confidential)
        status = statuses.index(each.point.status)
        observations[place] = [
            _number(each.point.value),
            status,
            as_of,
            revision,
            synthetic == "true",
            confidentiality,
        ]
    links = [{"urn": _urn("datastructure.Dataflow", message), "rel": "dataflow"}]
    structure = {
        "links": links,
        "dataSets": [0],
        "dimensions": {
            "observation": [
                *(
                    {
                        **_named(name, _concept(name)),
                        "keyPosition": at,
                        "values": [_code(name, one) for one in codes[at]],
                    }
                    for at, name in enumerate(names)
                ),
                {
                    **_named("TIME_PERIOD", CONCEPTS["TIME_PERIOD"]),
                    "keyPosition": len(names),
                    "roles": ["TIME_PERIOD"],
                    "values": [{"value": time} for time in times],
                },
            ]
        },
        "measures": {"observation": [_named("OBS_VALUE", CONCEPTS["OBS_VALUE"])]},
        "attributes": {
            "dataSet": [
                {
                    **_named("UNIT_MEASURE", CONCEPTS["UNIT_MEASURE"]),
                    "relationship": {"dataflow": {}},
                    "values": [{"value": message.indicator.unit}],
                }
            ],
            "observation": [
                {
                    **_named(name, CONCEPTS[name]),
                    "relationship": {"observation": {}},
                    **({"values": [_code(name, one) for one in listed[name]]} if name in listed else {}),
                }
                for name in ATTRIBUTES
                if name != "UNIT_MEASURE"
            ],
        },
    }
    data_set = {
        "structure": 0,
        "action": "Information",
        "links": links,
        "attributes": [0],
        "observations": observations,
    }
    filled = (
        {"structures": [structure], "dataSets": [data_set]} if message.found else {"structures": [], "dataSets": []}
    )
    return encode({"meta": _meta("data", message.indicator.indicator, message.prepared), "data": filled})


def written_structure(indicators: Sequence[Indicator]) -> bytes:
    """Dataflows, data structures, code lists and concepts of these figures, in one message."""
    messages = [Message(each) for each in indicators]
    lists = dict.fromkeys(
        name for each in indicators for name in (*dimensions_of(each), "OBS_STATUS", "CONF_STATUS") if _values(name)
    )
    concepts = dict.fromkeys(name for each in indicators for name in dimensions_of(each)) | dict.fromkeys(CONCEPTS)
    data = {
        "dataflows": [_dataflow(each) for each in messages],
        "dataStructures": [_data_structure(each) for each in messages],
        "conceptSchemes": [
            {
                **_maintained("CONCEPTS", "1.0.0", Term("概念", "Concepts")),
                "concepts": [_named(name, _concept(name)) for name in concepts],
            }
        ],
        "codelists": [
            {
                **_maintained(f"CL_{name}", "1.0.0", _concept(name)),
                "codes": [_named(code, word) for code, word in _values(name).items()],
            }
            for name in lists
        ],
    }
    return encode({"meta": _meta("structure", "structures", EPOCH), "data": data})


def _dataflow(message: Message) -> dict[str, Any]:
    label = _label(message.indicator)
    structure = _urn("datastructure.DataStructure", message)
    return {**_maintained(message.indicator.indicator, message.version, label), "structure": structure}


def _data_structure(message: Message) -> dict[str, Any]:
    names = dimensions_of(message.indicator)
    time = {
        "id": "TIME_PERIOD",
        "conceptIdentity": _concept_urn("TIME_PERIOD"),
        "localRepresentation": _typed("ObservationalTimePeriod"),
    }
    return {
        **_maintained(message.indicator.indicator, message.version, _label(message.indicator)),
        "dataStructureComponents": {
            "dimensionList": {
                "id": "DimensionDescriptor",
                "dimensions": [{**_component(name), "position": at} for at, name in enumerate(names)],
                "timeDimension": time,
            },
            "measureList": {
                "id": "MeasureDescriptor",
                "measures": [{**_component("OBS_VALUE", "Decimal"), "usage": "mandatory"}],
            },
            "attributeList": {
                "id": "AttributeDescriptor",
                "attributes": [
                    {
                        **_component(name, TYPES.get(name, "String")),
                        "usage": "mandatory",
                        "attributeRelationship": {"dataflow": {}} if name == "UNIT_MEASURE" else {"observation": {}},
                    }
                    for name in ATTRIBUTES
                ],
            },
        },
    }


def _component(name: str, type_: str = "String") -> dict[str, Any]:
    is_listed = bool(_values(name))
    listed = {"enumeration": f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist={AGENCY}:CL_{name}(1.0.0)"}
    return {
        "id": name,
        "conceptIdentity": _concept_urn(name),
        "localRepresentation": listed if is_listed else _typed(type_),
    }


def _typed(type_: str) -> dict[str, Any]:
    return {"format": {"dataType": type_}}


def _values(name: str) -> Mapping[str, Term]:
    """The codes of a dimension or attribute; none: an open list."""
    if name == "FREQ":
        return FREQUENCY
    if name == "OBS_STATUS":
        return words.groups()["status"]
    if name == "CONF_STATUS":
        return CONFIDENTIAL
    if name == AREA.id.upper():
        return AREA.values
    dimension = words.DIMENSIONS.get(name.lower())
    own = dimension.values if dimension else {}
    return {**_ALL, **own, words.UNKNOWN: own.get(words.UNKNOWN, Term("不明", "Unknown"))} if own else {}


def _code(name: str, code: str) -> dict[str, Any]:
    word = _values(name).get(code) or _ALL.get(code)
    return _named(code, word or Term(code, code))


def _concept(name: str) -> Term:
    dimension = words.DIMENSIONS.get(name.lower())
    return CONCEPTS.get(name) or (dimension.label if dimension else Term(name, name))


def _concept_urn(name: str) -> str:
    return f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={AGENCY}:CONCEPTS(1.0.0).{name}"


def _urn(of: str, message: Message) -> str:
    return f"urn:sdmx:org.sdmx.infomodel.{of}={AGENCY}:{message.indicator.indicator}({message.version})"


def _label(indicator: Indicator) -> Term:
    name, label = indicator.indicator, indicator.label
    return Term(words.figure_word(name, label), words.figure_word(name, label, "en"))


def _named(id: str, word: Term) -> dict[str, Any]:
    return {"id": id, "name": word.zh, "names": {"zh": word.zh, "en": word.en}}


def _maintained(id: str, version: str, word: Term) -> dict[str, Any]:
    return {**_named(id, word), "agencyID": AGENCY, "version": version}


def _meta(kind: str, id: str, prepared: str) -> dict[str, Any]:
    return {
        "schema": f"{SCHEMAS}/{kind}-message/tools/schemas/2.0.0/sdmx-json-{kind}-schema.json",
        "id": id,
        "prepared": prepared,
        "test": False,
        "contentLanguages": ["zh", "en"],
        "sender": {"id": AGENCY, "name": "通达", "names": {"zh": "通达", "en": "Tongda"}},
    }


def _attributes(each: Observation) -> tuple[str, str, str, int, str, str]:
    point = each.point
    confidential = "C" if point.status == WITHHELD else "F"
    synthetic = "true" if point.synthetic else "false"
    return point.status, point.unit, point.as_of, point.revision, synthetic, confidential


def _number(value: str) -> int | float | None:
    """None: it is withheld. JSON has no decimals; two places are exact in the shortest form of a float, which is written."""
    if not value:
        return None
    return float(value) if "." in value else int(value)
