"""A hub over loopback that clients and the gate cannot tell from the real one, and that can lie and break."""

from tests.localhub.server import LocalHub as LocalHub
from tests.localhub.server import Reply as Reply
from tests.localhub.server import Seen as Seen
