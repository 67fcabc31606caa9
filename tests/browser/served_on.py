"""``served_on.py DAY WORDS…``: the ``hemvist`` command with the clock at nine in the morning of a day.

The day goes on from there. Only tests run it: the product has no such switch.
"""

from __future__ import annotations

import sys

import time_machine

from hemvist.cli import main

if __name__ == "__main__":
    time_machine.travel(f"{sys.argv[1]}T09:00:00+01:00", tick=True).start()
    sys.exit(main(sys.argv[2:]))
