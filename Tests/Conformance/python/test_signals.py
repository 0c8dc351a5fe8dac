"""A signal more than that which stops a server."""

import signal

import calling
import stack as stacks
from test_faults import alive, descendants, talking


def test_a_second_signal_ends_the_server_at_once_and_its_postgresql_with_it():
    with stacks.running() as stack:
        talking(stack, stack.merchant("twice@example.in"), calling.HASTY)
        left = descendants(stack.server.process.pid)
        stack.server.process.send_signal(signal.SIGTERM)
        stacks.wait_for(lambda: any(line["msg"] == "draining" for line in stacks.log_lines(stack.folder)))
        assert stack.server.stop() == 130
        stacks.wait_for(lambda: not alive(left))
