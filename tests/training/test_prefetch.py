"""Batches made ahead: the same as those made on demand, and the same training."""

import threading
import time

import pytest
import torch
from tiny_training import update

from hueman.training.devices import make_fabric
from hueman.training.prefetch import AHEAD, Prefetcher, batches_ahead
from hueman.training.stage_one import StageOne


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("ahead", [0, 1, AHEAD])
def test_batches_ahead_are_those_made_on_demand_in_order(ahead, stride):
    made = []

    def make(number):
        made.append(number)
        return number**2

    batches = Prefetcher(make, ahead, stride)
    numbers = range(1, 1 + 20 * stride, stride)
    assert [batches(number) for number in numbers] == [number**2 for number in numbers]
    if batches._pool:
        batches._pool.shutdown()
    assert sorted(made) == [*numbers, *(numbers[-1] + n * stride for n in range(1, 1 + ahead))]


def test_batches_are_made_beside_the_caller():
    callers = set()
    batches = Prefetcher(lambda number: callers.add(threading.current_thread()), AHEAD)
    for number in range(10):
        batches(number)
    assert threading.current_thread() not in callers


def test_an_error_reaches_whoever_asks_for_that_batch():
    def make(number):
        if number == 2:
            raise MemoryError(number)
        return number

    batches = Prefetcher(make, ahead=4)
    assert [batches(0), batches(1)] == [0, 1]
    with pytest.raises(MemoryError, match="2"):
        batches(2)
    assert batches(3) == 3


def test_skipped_numbers_are_dropped_and_earlier_ones_can_be_asked_for_again():
    batches = Prefetcher(lambda number: number, ahead=2)
    assert batches(0) == 0
    assert batches(100) == 100
    assert sorted(batches._coming) == [101, 102]
    for _ in range(3):  # measurements ask for the same few again and again
        assert [batches(number) for number in range(5)] == list(range(5))
    assert len(batches._coming) <= 4 + 2


def test_threads_end_with_the_prefetcher():
    before = set(threading.enumerate())
    batches = Prefetcher(lambda number: number, ahead=3)
    batches(0)
    threads = set(threading.enumerate()) - before
    assert threads
    del batches
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()


@pytest.mark.parametrize(("ahead", "waits"), [(0, 5), (1, 1)])
def test_it_knows_how_long_it_was_waited_for(ahead, waits):
    def make(number):
        time.sleep(0.05)
        return number

    batches = Prefetcher(make, ahead)
    assert batches.waited == 0
    for number in range(5):
        batches(number)
        time.sleep(0.15)  # a step that takes longer than its batch
    assert 0.05 * waits <= batches.waited < 0.05 * (waits + 2)


def test_waiting_for_a_batch_that_cannot_be_made_counts_too():
    def fail(number):
        time.sleep(0.05)
        raise MemoryError

    batches = Prefetcher(fail, ahead=0)
    with pytest.raises(MemoryError):
        batches(0)
    assert batches.waited >= 0.05


def test_a_cpu_makes_one_batch_ahead(config):
    assert batches_ahead(make_fabric(config, "cpu")) == 1


def test_training_is_the_same_to_the_bit(split, config):
    trained = []
    for ahead in (0, AHEAD):
        stage = StageOne("upper", split, config, make_fabric(config, "cpu"))
        stage.batch = Prefetcher(stage.make_batch, ahead)
        losses = [update(stage, number) for number in range(4)]
        trained.append((losses, stage.networks.state_dict()["networks"]))
    assert trained[0][0] == trained[1][0]
    for name, state in trained[0][1].items():
        for key, tensor in state.items():
            assert torch.equal(tensor, trained[1][1][name][key])
