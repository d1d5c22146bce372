"""Items made ahead: the same, in order, beside whoever uses them, and never many of them."""

import threading
import time
from contextvars import ContextVar

import pytest
import torch

from hueman.overlap import AHEAD, ahead, one_by_one

WAIT = 30.0
"""Seconds after which a thread that should have come did not."""


@pytest.mark.parametrize("most", [1, AHEAD, 50])
@pytest.mark.parametrize("count", [0, 1, 20])
def test_the_items_are_the_same_and_in_order(count, most):
    assert list(ahead((number**2 for number in range(count)), most)) == [
        number**2 for number in range(count)
    ]


def test_what_is_made_ahead_can_have_threads_of_its_own():
    def seen():
        yield torch.get_num_threads()

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        assert (list(ahead(seen(), 1, threads=2)), torch.get_num_threads()) == ([2], 3)
        assert list(ahead(seen(), 1)) == [3]
    finally:
        torch.set_num_threads(before)


def test_nested_steps_keep_the_order_too():
    squares = (number**2 for number in ahead(range(30)))
    assert list(ahead(-square for square in ahead(squares))) == [-(n**2) for n in range(30)]


def test_the_next_item_is_made_while_one_is_used():
    begun = threading.Event()

    def items():
        yield "first"
        begun.set()
        yield "second"

    for item in ahead(items(), 1):
        if item == "first":
            assert begun.wait(WAIT)


def test_all_of_the_iteration_happens_in_one_other_thread():
    def items():
        try:
            for _ in range(10):
                yield threading.current_thread()
        finally:
            closed_in.append(threading.current_thread())

    closed_in = []
    threads = set(ahead(items()))
    assert len(threads) == 1
    assert threading.current_thread() not in threads
    assert set(closed_in) == threads


def test_no_more_than_asked_for_is_made_ahead():
    made = 0

    def items():
        nonlocal made
        for number in range(100):
            made += 1
            yield number

    for number in ahead(items(), 3):
        time.sleep(0.002)
        assert made <= number + 1 + 3
    assert made == 100


def test_nothing_is_made_before_it_is_asked_for():
    made = []
    waiting = ahead(made.append(number) for number in range(3))
    time.sleep(0.01)
    assert not made
    assert list(waiting) == [None] * 3


def test_an_error_comes_after_the_items_before_it():
    def items():
        yield from (1, 2)
        raise MemoryError("third")

    chain = ahead(ahead(items()))
    assert [next(chain), next(chain)] == [1, 2]
    with pytest.raises(MemoryError, match="third"):
        next(chain)


def test_closing_early_closes_every_step_and_ends_the_threads():
    before, closed = set(threading.enumerate()), []

    def items(name, source):
        try:
            yield from source
        finally:
            closed.append(name)

    chain = ahead(items("outer", ahead(items("inner", iter(range(10**9))))))
    assert next(chain) == 0
    threads = set(threading.enumerate()) - before
    assert len(threads) == 2
    chain.close()
    assert closed == ["inner", "outer"]
    assert not any(thread.is_alive() for thread in threads)


def test_an_error_of_the_user_closes_the_steps():
    closed = []

    def items():
        try:
            yield from range(10**9)
        finally:
            closed.append(True)

    def use():
        for item in ahead(items()):
            if item == 3:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use()
    assert closed == [True]


def test_an_error_on_closing_is_not_lost():
    def items():
        try:
            yield from range(10**9)
        finally:
            raise OSError("damaged")

    waiting = ahead(items())
    next(waiting)
    with pytest.raises(OSError, match="damaged"):
        waiting.close()


def test_the_context_goes_along():
    chosen = ContextVar("chosen", default="nothing")
    token = chosen.set("something")
    try:
        assert list(ahead(chosen.get() for _ in range(3))) == ["something"] * 3
    finally:
        chosen.reset(token)


def test_one_by_one_nothing_is_made_ahead_and_all_in_the_thread_that_asks():
    def items():
        try:
            while True:
                made.append(threading.current_thread())
                yield len(made)
        finally:
            made.clear()

    made = []
    with one_by_one():
        chain = ahead(ahead(items()))
        assert [next(chain), next(chain)] == [1, 2]
    assert made == [threading.current_thread()] * 2
    chain.close()
    assert not made
    assert set(ahead(threading.current_thread() for _ in range(2))) != {threading.current_thread()}


def test_at_least_one_is_made_ahead():
    with pytest.raises(ValueError, match="got 0"):
        ahead([1], 0)
