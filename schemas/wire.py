"""The one place where values become bytes and bytes become values (JSON, by orjson).

Bytes are canonical: keys sorted, no blanks; equal values give equal bytes, so a replay writes what was written before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Generic, TypeVar, Union

import msgspec
import orjson
from pydantic import BaseModel

from schemas.errors import Reject

Value = TypeVar("Value")

MAX_SAFE_INTEGER = 2**63 - 1
_RECORDS = msgspec.json.Encoder(order="sorted")


def encode(value: Any) -> bytes:
    """Canonical JSON of a record, of a model or of plain values, which may contain either."""
    if isinstance(value, msgspec.Struct):
        return _RECORDS.encode(value)
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS)


def encode_records(values: list[Any]) -> bytes:
    """Canonical JSON of a list that consists mostly of records."""
    return _RECORDS.encode(values)


def _plain(value: Any) -> Any:
    """A record or model among plain values; anything else has no JSON form here: no amount becomes a float or a text."""
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def decode(data: bytes) -> Any:
    """The plain value of bytes the hub itself wrote. Bytes from outside go through ``decode_foreign``."""
    return orjson.loads(data)


def load(type_: type[Value], data: bytes | str) -> Value:
    """A checked record, model or collection of records (``dict[str, Event]``) from JSON the hub wrote.

    Raises ValueError (of msgspec, of pydantic).
    """
    return _reader(type_)(data)  # type: ignore[no-any-return, arg-type]


@cache
def _reader(type_: Any) -> Callable[[bytes], Any]:
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        return type_.model_validate_json
    return msgspec.json.Decoder(type_).decode


class Decoder(Generic[Value]):
    """Decodes records of several classes that their ``kind`` tells apart."""

    def __init__(self, classes: Mapping[str, type[Value]]) -> None:
        self._decoder = msgspec.json.Decoder(Union[tuple(classes.values())])  # noqa: UP007
        self._kinds = frozenset(classes)

    def decode(self, data: bytes) -> Value:
        """One record. Raises ``Reject``: json_invalid, kind_unknown, record_shape."""
        try:
            return self._decoder.decode(data)  # type: ignore[no-any-return]
        except msgspec.ValidationError as error:
            kind = load(_Kinded, data).kind if data[:1] == b"{" else ""
            if kind and kind not in self._kinds:
                raise Reject("kind_unknown", f"{kind!r} is no kind") from None
            raise Reject("record_shape", str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Reject("json_invalid", f"not JSON: {error}") from None


class _Kinded(msgspec.Struct):
    kind: Any = ""


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(encode(value)).hexdigest()


def short_hash(*parts: str) -> str:
    """A stable 20-character name for a tuple of texts (80 bits; length-prefixed: no two tuples collide by joining)."""
    h = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        h.update(str(len(raw)).encode() + b":" + raw)
    return h.hexdigest()[:20]


def decode_foreign(data: bytes | str) -> Any:
    """JSON from a platform, its bytes in UTF-8 or its text, refusing what orjson would silently change.

    orjson keeps the last of duplicate keys and turns integers above 64 bits into floats; both hide damage.
    Raises ``Reject``: charset_unreadable, json_invalid, json_duplicate_key, json_number, json_depth.
    """
    import json  # the standard parser reports duplicate keys and long integers; orjson does not

    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(
            text, object_pairs_hook=_unrepeated, parse_int=_integer, parse_constant=_constant, parse_float=_number
        )
    except RecursionError:
        raise Reject("json_depth", "JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise Reject("charset_unreadable", "JSON bytes are not UTF-8") from None
    except Reject:
        raise
    except ValueError as error:
        raise Reject("json_invalid", f"not JSON: {error}") from None


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = {key for key, _ in pairs}
    if len(keys) != len(pairs):
        raise Reject("json_duplicate_key", "a JSON object repeats a key")
    return dict(pairs)


def _integer(text: str) -> int:
    if len(text) > 19 or abs(int(text)) > MAX_SAFE_INTEGER:
        raise Reject("json_number", f"integer {text[:24]} does not fit 64 bits")
    return int(text)


def _constant(text: str) -> Any:
    raise Reject("json_number", f"{text} is not a JSON number")


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Reject("json_number", f"{text[:24]} is out of range")
    return value
