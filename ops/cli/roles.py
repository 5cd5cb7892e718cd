"""``tongda run ROLE``: one process in the foreground, in the form in which the supervisor and Compose start it."""

from ops.cli.lazy import group
from ops.cli.table import ROLES

app = group(lines=ROLES)
