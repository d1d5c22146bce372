"""OpenCV alone in its thread; PyTorch with fewer threads in one thread, and as many in others."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from hueman.threads import limit_this_thread

COUNT = """
from hueman.threads import keep_small_work_in_one_thread
keep_small_work_in_one_thread()
import cv2
print(cv2.getNumThreads())
"""


@pytest.mark.parametrize(("asked", "threads"), [(None, 1), ("3", 3)])
def test_opencv_works_in_the_thread_that_calls_it_unless_told_otherwise(asked, threads):
    environment = {k: v for k, v in os.environ.items() if k != "OPENCV_FOR_THREADS_NUM"}
    environment |= {"OPENCV_FOR_THREADS_NUM": asked} if asked else {}
    done = subprocess.run(
        [sys.executable, "-c", COUNT], capture_output=True, text=True, check=True, env=environment
    )
    assert int(done.stdout) == threads


def test_other_threads_have_as_many_as_before():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with ThreadPoolExecutor(1, initializer=limit_this_thread, initargs=(2,)) as pool:
            assert pool.submit(torch.get_num_threads).result() == 2
        assert torch.get_num_threads() == 3
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(torch.get_num_threads).result() == 3
    finally:
        torch.set_num_threads(before)
