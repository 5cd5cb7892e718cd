"""The embedded parts: a real Kafka and a real PostgreSQL for one machine."""

from ops.embedded.kafka import start_kafka
from ops.embedded.postgres import start_postgres
from ops.embedded.service import Service

__all__ = ["Service", "start_kafka", "start_postgres"]
