"""A wire that can be cut: between a store and its server."""

import socket
import threading
from contextlib import contextmanager, suppress

import attrs


@attrs.define
class Wire:
    """
    Passes bytes on, counts turns, and breaks when told to.

    Attributes:
        port: Where to connect instead.
        turns: How often something was sent after an answer: round trips.
        cut: `before` breaks the connection before the next word reaches the server, `after`
            when the server has answered it and nobody has heard so.
    """

    port: int
    turns: int = 0
    cut: str | None = None

    def pair(self, client, server):
        said = threading.Event()
        both = (client, server)
        for source, target, from_client in ((client, server, True), (server, client, False)):
            arguments = (source, target, from_client, said, both)
            threading.Thread(target=self._pass_on, args=arguments, daemon=True).start()

    def _pass_on(self, source, target, from_client, answered, both):
        try:
            while data := source.recv(65536):
                if from_client:
                    if answered.is_set():
                        self.turns += 1
                        answered.clear()
                    if self.cut == "before":
                        self.cut = None
                        return
                else:
                    answered.set()
                    if self.cut == "after":
                        self.cut = None
                        return
                target.sendall(data)
        except OSError:
            pass
        finally:
            for one in both:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()


@contextmanager
def wire_to(port):
    """Lay a wire to what listens at *port* on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        wire = Wire(listening.getsockname()[1])

        def accept():
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    try:
                        server = socket.create_connection(("127.0.0.1", port))
                    except OSError:
                        client.close()
                    else:
                        wire.pair(client, server)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield wire
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
