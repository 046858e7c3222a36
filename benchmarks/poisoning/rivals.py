"""Other tools on the same data: cleanlab, IsolationForest, and two defences of ART on our network, as they come."""

from __future__ import annotations

import numpy as np
from cleanlab.filter import find_label_issues
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.ensemble import IsolationForest

from gate.poisoning.common.features import features
from gate.poisoning.common.predictions import out_of_fold, own
from gate.poisoning.deep.art import Held, activation_clusters, quiet, spectral_signatures
from gate.poisoning.deep.inputs import inputs
from gate.poisoning.deep.network import learn
from gate.poisoning.interface import Budget, Dataset, Images, Instructions, Tabular, Texts

Ranking = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""Scores, higher is more suspicious, and which samples the tool flags."""
FEWEST = 10
"""Samples of a class without which ART's ActivationDefence fails."""
POISON = 0.05
"""The share of poison in a class that SpectralSignatureDefense is told; its default of 0.33 flags half of all."""
CONTAMINATION = 0.01
"""What IsolationForest is told of the share of outliers; it has no opinion of its own."""


def rankings(data: Dataset, seed: int) -> dict[str, Ranking]:
    """What each tool says; cleanlab needs labels."""
    labelled = {} if isinstance(data, Instructions) else {"cleanlab": cleanlab(data, seed)}
    return labelled | {"IsolationForest": isolation_forest(data, seed)} | toolbox(data, seed)


def cleanlab(data: Images | Texts | Tabular, seed: int) -> Ranking:
    """Label issues on out-of-fold probabilities."""
    probabilities = out_of_fold(data, Budget(600), seed)
    probabilities /= np.maximum(probabilities.sum(1, keepdims=True), 1e-12)
    return 1 - own(probabilities, data.labels), find_label_issues(data.labels, probabilities, n_jobs=1)


def isolation_forest(data: Dataset, seed: int) -> Ranking:
    """On the same features as the gate's own outliers."""
    samples = features(data)
    if issparse(samples):
        from sklearn.random_projection import SparseRandomProjection

        samples = SparseRandomProjection(100, dense_output=True, random_state=seed).fit_transform(samples)
    forest = IsolationForest(contamination=CONTAMINATION, random_state=seed).fit(samples)
    return -forest.score_samples(samples), forest.predict(samples) < 0


def toolbox(data: Dataset, seed: int) -> dict[str, Ranking]:
    """ART's two defences on what the network of our deep scan learnt, which of instructions are the kinds of responses.

    Classes with fewer than `FEWEST` samples are left out.
    """
    given = inputs(data, seed)
    activations = learn(given, Budget(600), seed).features
    kept = np.flatnonzero(np.bincount(given.labels)[given.labels] >= FEWEST)
    labels = np.unique(given.labels[kept], return_inverse=True)[1]
    features, size = activations[kept], len(given.labels)
    clusters = activation_clusters(features, labels, seed)
    signatures = spectral_signatures(features, labels)
    return {
        "ART ActivationDefence": _all(kept, clusters, clusters > 0, size),
        "ART SpectralSignature": _all(kept, signatures, removed(features, labels, seed), size),
    }


def removed(features: NDArray[np.float32], labels: NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    """What SpectralSignatureDefense takes for poison."""
    from art.defences.detector.poison import SpectralSignatureDefense

    held = Held(features, int(labels.max()) + 1)
    with quiet(seed):
        clean = SpectralSignatureDefense(held, features, labels, expected_pp_poison=POISON).detect_poison()[1]
    return np.asarray(np.array(clean) == 0)


def _all(kept: NDArray[np.int64], scores: NDArray[np.float64], flagged: NDArray[np.bool_], size: int) -> Ranking:
    ranking = np.zeros(size), np.zeros(size, bool)
    ranking[0][kept], ranking[1][kept] = scores, flagged
    return ranking
