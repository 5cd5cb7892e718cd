"""AsyncAPI 3.0: every public topic with its key, headers, partitioner, retention, delivery and order, made from the table of topics."""

from __future__ import annotations

from typing import Any

from schemas.cloud_events import SCHEMA, cloud_event
from schemas.contract.records import PUBLIC_TOPICS, RECORDS, Schema, address, both, examples, parts_of, title_of
from schemas.topics import DAY_MS, Topic

REFS = "#/components/schemas/"
DESCRIPTION = """\
湖南省专利转化事件枢纽的公开主题。The public topics of the hub.

Key: UTF-8; its parts are joined by `|`. Value: canonical JSON. Headers: CloudEvents 1.0, binary mode.
Partition: crc32 (IEEE, unsigned, as zlib's) of the key's bytes, modulo the number of partitions. That is not the default of
Kafka's Java client (murmur2); who only reads needs neither. Read the number of partitions from the broker.
Order: within a key, by its revision, which only rises. Across keys there is none; `/api/v1/changes` has one order over all topics.
Delivery: at least once for each id and revision; ignore a revision that is not higher than the one you hold. Read with
`isolation.level=read_committed`. Compaction may leave out revisions that are no longer the newest.
A value of null: delete your copy.
Evolution: fields and codes are added at any time; ignore fields that you do not know, and take an unknown code for 其他 (other).
Whatever else changes is a new version of the topic, and both run for 180 days.
"""


def document(version: str) -> Schema:
    """The whole document, for the API of this version."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "通达 Tongda",
            "version": version,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "地址由枢纽运营方提供 · the operator gives the address",
                "variables": {"bootstrap": {"default": "127.0.0.1:9092"}},
            }
        },
        "channels": {topic.name: channel(topic) for topic in PUBLIC_TOPICS},
        "operations": {f"publish.{topic.name}": operation(topic) for topic in PUBLIC_TOPICS},
        "components": {
            "messages": {RECORDS[topic.name].__name__ + _suffix(topic): message(topic) for topic in PUBLIC_TOPICS},
            "schemas": {
                name: part for topic in PUBLIC_TOPICS for name, part in parts_of(RECORDS[topic.name], REFS).items()
            },
        },
    }


def channel(topic: Topic) -> Schema:
    """A topic, with what the broker does with it."""
    return {
        "address": topic.name,
        "title": both(title_of(topic)),
        "description": f"Key: {topic.key}. Class: {topic.secrecy}. Schema: {address(topic)}. {_retention(topic)}",
        "messages": {"record": {"$ref": f"#/components/messages/{RECORDS[topic.name].__name__}{_suffix(topic)}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "topicConfiguration": {
                    "cleanup.policy": [topic.policy],
                    **{
                        name: int(value)
                        for name, value in topic.settings().items()
                        if name in ("retention.ms", "delete.retention.ms", "max.message.bytes")
                    },
                },
                "bindingVersion": "0.5.0",
            }
        },
        "x-tongda-class": topic.secrecy,
        "x-tongda-partitioner": "crc32(key) % partitions",
        "x-tongda-order": "per key, by revision",
        "x-tongda-delivery": "at least once per id and revision",
    }


def operation(topic: Topic) -> Schema:
    """What the hub does: it sends; whoever subscribes receives."""
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"{title_of(topic).en}: a new revision of what stands under the key",
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/record"}],
    }


def message(topic: Topic) -> Schema:
    """One record: its headers, its key and its value."""
    found: Schema = {
        "name": topic.name,
        "title": both(title_of(topic)),
        "contentType": "application/json",
        "headers": headers(topic),
        "payload": {"$ref": f"{REFS}{RECORDS[topic.name].__name__}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": "0.5.0"}},
    }
    if topic.name in examples():
        found["examples"] = [{"name": "published", "payload": examples()[topic.name]}]
    return found


def headers(topic: Topic) -> Schema:
    """The attributes of CloudEvents that every record of the topic carries, and ``ce_source``, which the sender adds."""
    fixed = {
        name: value.decode()
        for name, value in cloud_event(topic.name, "", 0, "")
        if name not in ("ce_id", "ce_subject", "ce_time")
    }
    told: dict[str, Any] = {
        **{name: {"type": "string", "const": value} for name, value in fixed.items()},
        "ce_dataschema": {
            "type": "string",
            "format": "uri",
            "const": f"{SCHEMA}{topic.name}",
            "description": f"the $id of {address(topic)}",
        },
        "ce_id": {"type": "string", "description": "the key, a full stop, the revision"},
        "ce_subject": {"type": "string", "description": "the key"},
        "ce_time": {"type": "string", "format": "date-time", "description": "when the newest statement was received"},
        "ce_source": {
            "type": "string",
            "format": "uri-reference",
            "pattern": "^/tongda/",
            "description": "/tongda/ and the name of the installation",
        },
    }
    return {"type": "object", "required": sorted(told), "properties": told}


def _retention(topic: Topic) -> str:
    settings = topic.settings()
    if topic.policy == "compact":
        days = int(settings["delete.retention.ms"]) // DAY_MS
        return f"Compacted: the newest value of each key stays; a tombstone stays {days} days."
    return f"Kept {int(settings['retention.ms']) // DAY_MS} days."


def _suffix(topic: Topic) -> str:
    """Supply and demand are records of one class and messages of two topics."""
    return (
        ""
        if [each.__name__ for each in RECORDS.values()].count(RECORDS[topic.name].__name__) == 1
        else f".{topic.name.split('.')[1]}"
    )
