# Runs on an executor until it is canceled.
import pathlib
import time


def wait(_):
    pathlib.Path(FLAG).touch()
    time.sleep(1000)


sc.parallelize([1], 1).foreach(wait)
