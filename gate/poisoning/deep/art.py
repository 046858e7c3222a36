"""Two defences of the Adversarial Robustness Toolbox, on features that are there already.

As a gate they flag clean samples by the dozen, whatever the data are; so they are columns beside others, no verdict.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gate.poisoning.interface import Floats, Ints

    Floats32 = NDArray[np.float32]


class Held:
    """What the defences ask of a classifier; its features do not depend on how they were made."""

    def __init__(self, features: Floats32, classes: int) -> None:
        self.features = features
        self.nb_classes = classes
        self.layer_names = ["features"]

    def get_activations(self, *_: object, **__: object) -> Floats32:
        """The features of all samples, which is what the defences ask for."""
        return self.features


def activation_clusters(features: Floats32, labels: Ints, seed: int) -> Floats:
    """ActivationDefence (Chen et al. 2018): 1 for the smaller of two clusters of each class, whatever it is.

    `labels` are 0, 1 and so on, each with at least ten samples. To judge clusters by silhouette instead is no help:
    the toolbox then flags all of a class.
    """
    with quiet(seed):
        from art.defences.detector.poison import ActivationDefence

        defence = ActivationDefence(Held(features, int(labels.max()) + 1), features, labels)
        clean = defence.detect_poison(nb_clusters=2, nb_dims=10, reduce="PCA", cluster_analysis="smaller")[1]
    return 1.0 - np.asarray(clean, np.float64)


def spectral_signatures(features: Floats32, labels: Ints) -> Floats:
    """The scores of SpectralSignatureDefense (Tran et al. 2018), of each class by itself."""
    with quiet(0):
        from art.defences.detector.poison import SpectralSignatureDefense

        scores = np.zeros(len(labels))
        for target in np.unique(labels):
            own = labels == target
            scores[own] = SpectralSignatureDefense.spectral_signature_scores(features[own])[:, 0]
    return scores


@contextlib.contextmanager
def quiet(seed: int) -> Iterator[None]:
    """The toolbox prints, warns, and draws from numpy's global generator."""
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        silent = io.StringIO()
        with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)
