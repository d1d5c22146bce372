"""How many threads work at something."""

import os


def keep_small_work_in_one_thread() -> None:
    """Let OpenCV work in the thread that calls it, in this process and its children.

    What is asked of it here are body parts and single frames; sharing those out takes longer than
    doing them. Works before OpenCV is first used; `cv2.setNumThreads` chooses otherwise.
    """
    os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")


def limit_this_thread(threads: int) -> None:
    """Let PyTorch share out what this thread asks of it among so many, for good.

    Other threads have as many as before. Slow: it looks through all loaded libraries.
    """
    # Here, since the command line sets itself up before anything large is imported.
    import torch
    from threadpoolctl import threadpool_limits

    torch.get_num_threads()  # sets up a thread that has not asked before
    threadpool_limits(threads, user_api="openmp")
