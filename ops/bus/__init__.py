"""The only package that imports kafka-python. A Writer commits whole transactions; a Reader sees committed records only.

Three faults of the client, each seen on a real broker, are guarded against here. A failed send does not fail the commit:
every future is examined before it. Commit and send-offsets wait without limit when the broker is gone: a watchdog ends the
process. After any error a producer can lose records without an exception: a Writer that failed is never used again.
"""

from ops.bus.admin import Admin
from ops.bus.connection import Incoming, Outgoing, TopicPartition, watchdog
from ops.bus.newest import newest
from ops.bus.reader import Reader, read_on, read_to_end
from ops.bus.writer import Writer

__all__ = [
    "Admin",
    "Incoming",
    "Outgoing",
    "TopicPartition",
    "Reader",
    "Writer",
    "newest",
    "read_on",
    "read_to_end",
    "watchdog",
]
