"""Two servers on one port would each answer half of the requests: the second is refused."""

import socket

import click
import pytest

from linli.site.serve import refuse_taken_port


def test_a_port_on_which_somebody_listens_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(click.ClickException, match=f"Port {port}.*--port"):
            refuse_taken_port("127.0.0.1", port)
    refuse_taken_port("127.0.0.1", port)


def test_an_address_that_is_not_of_this_machine_is_refused() -> None:
    with pytest.raises(click.ClickException, match=r"192\.0\.2\.1"):
        refuse_taken_port("192.0.2.1", 8350)
