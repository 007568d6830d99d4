"""
The package `umadb`, without what importing it does to the whole process.

It sets a handler for Ctrl-C, in place of the one that the program has; and only the main
thread may set one, so that no other thread could be the first to import it.
"""

import signal
import sys
from threading import current_thread, main_thread

_before = signal.getsignal(signal.SIGINT)
try:
    import umadb
except ValueError:  # not in the main thread; all but the handler is there by now
    umadb = sys.modules["umadb.umadb"]
if _before is not None and current_thread() is main_thread():
    signal.signal(signal.SIGINT, _before)

__all__ = ["umadb"]
