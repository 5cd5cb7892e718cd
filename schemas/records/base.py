"""Record: the base of everything that travels on a topic or is kept in a state."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Record(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A typed value with a JSON form (``schemas.wire``).

    A field without a default always stands in the JSON; one with a default is left out while it has it. Fields that a
    later release adds are ignored when an earlier one reads the record. ``None`` means "not said": never zero, never no.
    A frozen value made of frozen values is part of no cycle, so the garbage collector is not told of it.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Lets an API model of pydantic hold a record as a field."""

        def read(value: Any) -> Any:
            return value if isinstance(value, cls) else msgspec.convert(value, cls)

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.plain_serializer_function_ser_schema(msgspec.to_builtins)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return json_schema(cls)


def json_schema(record: Any) -> dict[str, Any]:
    """The JSON Schema of a record class, complete in itself: references are replaced by what they lead to."""
    (schema,), components = msgspec.json.schema_components((record,), ref_template="#/{name}")

    def resolved(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                return resolved(components[part["$ref"].removeprefix("#/")])
            return {name: resolved(value) for name, value in part.items()}
        return [resolved(each) for each in part] if isinstance(part, list) else part

    return dict(resolved(schema))


R = TypeVar("R", bound=Record)


def tagged(
    base: type[R], statements: Mapping[str, type[Record]], *, is_optional: bool = False
) -> Mapping[str, type[R]]:
    """A subclass of ``base`` for each kind: ``kind`` stands in its JSON, ``statement`` is of the kind's class."""
    return MappingProxyType(
        {kind: _tagged(base, kind, statement, is_optional) for kind, statement in statements.items()}
    )


def _tagged(base: type[R], kind: str, statement: type[Record], is_optional: bool) -> type[R]:
    field = ("statement", statement | None, None) if is_optional else ("statement", statement)
    return msgspec.defstruct(  # type: ignore[return-value]  # its type is made here and has no name of its own
        f"{statement.__name__}{base.__name__}",
        [field],
        bases=(base,),
        namespace={"kind": kind},
        tag_field="kind",
        tag=kind,
        frozen=True,
        kw_only=True,
        omit_defaults=True,
    )
