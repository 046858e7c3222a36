"""The sacrificial network: small, trained for a few epochs on suspicious data, looked into, and thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gate.poisoning.deep.inputs import Inputs
    from gate.poisoning.interface import Budget, Ints

    Floats32 = NDArray[np.float32]

BATCH = 64
STEPS = 1000
"""Batches from which on a network knows a trigger in a hundredth of the samples; fewer epochs do for more samples."""
EPOCHS = 4, 20
RATE = 2e-3
WIDTH = 64
"""Features of a sample, and units of the hidden layer."""


class Learnt(NamedTuple):
    """`features` are (samples, WIDTH), `losses` are (epochs, samples) while it learnt.

    The features are those of the middle: at the end a network that has learnt a trigger knows nothing but the class.

    `batches` are the mean losses of the batches, in order; `worst` is the sample with the highest loss in each.
    """

    features: Floats32
    losses: Floats32
    batches: Floats32
    worst: Ints


class _Network(NamedTuple):
    """What samples go through: the features are taken between the two parts."""

    early: Any
    late: Any


def learn(given: Inputs, budget: Budget, seed: int) -> Learnt:
    """Trains on all samples with Adam and cross-entropy; the same seed gives the same on the same machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two wait for each other where another detector has the second processor
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return _learnt(given, budget, np.random.default_rng(seed))
    finally:
        torch.set_num_threads(threads)


def _learnt(given: Inputs, budget: Budget, rng: np.random.Generator) -> Learnt:
    size = len(given.labels)
    network = _network(given)
    epochs = int(np.clip(-(-STEPS * BATCH // size), *EPOCHS))
    losses = np.zeros((epochs, size), np.float32)
    batches, worst = [], []
    parameters = [*network.early.parameters(), *network.late.parameters()]
    steps = epochs * -(-size // BATCH)
    optimizer = torch.optim.Adam(parameters, lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for epoch in range(epochs):
        order = rng.permutation(size)
        for rows in np.array_split(order, -(-size // BATCH)):
            budget.check()
            scores = network.late(_early(network, given, rows))
            loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(given.labels[rows]), reduction="none")
            optimizer.zero_grad()
            loss.mean().backward()
            optimizer.step()
            schedule.step()
            losses[epoch, rows] = loss.detach().numpy()
            batches.append(losses[epoch, rows].mean())
            worst.append(rows[losses[epoch, rows].argmax()])
    features = _all_features(network, given, budget)
    return Learnt(features, losses, np.array(batches, np.float32), np.array(worst, np.int64))


def _all_features(network: _Network, given: Inputs, budget: Budget) -> Floats32:
    network.early.eval()
    found = []
    with torch.no_grad():
        for start in range(0, len(given.labels), 1000):
            budget.check()
            values = _early(network, given, np.arange(start, min(start + 1000, len(given.labels))))
            if values.ndim == 4:  # how strongly each pattern is there anywhere, and on the whole
                values = torch.cat([values.amax((2, 3)), values.mean((2, 3))], 1)
            found.append(values.numpy())
    return np.concatenate(found)


def _early(network: _Network, given: Inputs, rows: NDArray[np.intp]) -> Any:
    """What the first part makes of some samples."""
    if isinstance(given.samples, np.ndarray):
        return network.early(torch.from_numpy(given.samples[rows]).float() / 127.5 - 1)
    words = given.samples[rows]
    places, starts = words.indices.astype(np.int64), words.indptr[:-1].astype(np.int64)
    weights = words.data.astype(np.float32)
    return network.early(torch.from_numpy(places), torch.from_numpy(starts), torch.from_numpy(weights))


def _network(given: Inputs) -> _Network:
    """Three convolutions for images, the sum of words' vectors for the others; then one hidden layer."""
    layers = torch.nn
    inner = 16 * 64 if isinstance(given.samples, np.ndarray) else WIDTH
    hidden = [layers.Linear(inner, WIDTH), layers.ReLU(), layers.Linear(WIDTH, len(given.classes))]
    if not isinstance(given.samples, np.ndarray):
        bags = layers.EmbeddingBag(given.samples.shape[1], WIDTH, mode="sum")
        return _Network(bags, layers.Sequential(layers.ReLU(), *hidden))
    first, second, third = (_block(*widths) for widths in ((given.samples.shape[1], 16), (16, 32), (32, 64)))
    late = layers.Sequential(*third, layers.AdaptiveAvgPool2d(4), layers.Flatten(), *hidden)
    return _Network(layers.Sequential(*first, *second), late)


def _block(before: int, width: int) -> list[Any]:
    layers = torch.nn
    convolution = layers.Conv2d(before, width, 3, padding=1)
    return [convolution, layers.BatchNorm2d(width), layers.ReLU(), layers.MaxPool2d(2, ceil_mode=True)]
