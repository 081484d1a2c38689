"""Two transactions at once: what one began, while the other one had not ended yet."""

import threading

from sqlalchemy.orm import Session


def begun_beside(engine, act):
    """Begin an act in a transaction of its own, and return its thread.

    After a moment it waits for what ours has locked; without a lock it is done by then.
    """

    def run():
        with Session(engine) as own:
            act(own)
            own.commit()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(0.2)
    return thread
