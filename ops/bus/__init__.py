"""The bus: the only door to Kafka's Python client. A Writer commits whole transactions, a Reader sees only those.

Guards that the client leaves to its user, each met on a real broker: a send that failed does not fail the commit, so
every future is examined first; commit and send-offsets wait for ever when the broker dies, so a watchdog ends the
process; after any error a producer can lose records in silence, so a Writer that failed is never used again.
"""

from ops.bus.admin import Admin
from ops.bus.connection import EXIT_WATCHDOG, Incoming, Outgoing, TopicPartition, watchdog
from ops.bus.reader import Reader, read_on, read_to_end
from ops.bus.writer import Writer

__all__ = [
    "EXIT_WATCHDOG",
    "Admin",
    "Incoming",
    "Outgoing",
    "TopicPartition",
    "Reader",
    "Writer",
    "read_on",
    "read_to_end",
    "watchdog",
]
