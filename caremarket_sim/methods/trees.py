"""Boosted trees as arrays: a sum of small decision trees that a page can follow without any library.

Gradient boosting of the squared error (Friedman 2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

TREES, DEPTH, STEP, PART = 300, 3, 0.05, 0.7
"""How many trees of how many questions, how much of each is added, and to which part of the points it is fitted."""


@dataclass(frozen=True)
class Trees:
    """Fitted trees, all nodes in a row: a node asks whether its input is up to its threshold; a leaf asks nothing (-1).

    `roots` are the first nodes; `value` is what a leaf adds to `offset`.
    """

    roots: NDArray[np.int64]
    asks: NDArray[np.int64]
    threshold: Values
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Values
    offset: float

    kind = "boosted trees"

    def __call__(self, inputs: Values) -> Values:
        """What they expect at each row of inputs."""
        at = np.broadcast_to(self.roots, (len(inputs), len(self.roots))).copy()
        for _ in range(DEPTH):
            asked = self.asks[at]
            given = np.take_along_axis(inputs, np.maximum(asked, 0), axis=1)
            after = np.where(given <= self.threshold[at], self.left[at], self.right[at])
            at = np.where(asked < 0, at, after)
        return self.offset + self.value[at].sum(axis=1)

    def plain(self) -> dict[str, Any]:
        """The numbers for JSON; `of_plain` reads them."""
        arrays = ("roots", "asks", "threshold", "left", "right", "value")
        return {"kind": self.kind, "offset": self.offset, **{name: getattr(self, name).tolist() for name in arrays}}

    @classmethod
    def of_plain(cls, plain: dict[str, Any]) -> Trees:
        """The trees whose numbers these are."""
        whole = {name: np.array(plain[name], np.int64) for name in ("roots", "asks", "left", "right")}
        return cls(**whole, threshold=np.array(plain["threshold"], float), value=np.array(plain["value"], float),
                   offset=plain["offset"])  # fmt: skip


def fit_trees(inputs: Values, output: Values, seed: int) -> Trees:
    """Fit to an output (row)."""
    from sklearn.ensemble import GradientBoostingRegressor

    boosted = GradientBoostingRegressor(
        n_estimators=TREES, max_depth=DEPTH, learning_rate=STEP, subsample=PART, random_state=seed
    )
    boosted.fit(inputs.astype(np.float32), output)
    roots, parts, count = [], [], 0
    for one in boosted.estimators_[:, 0]:
        tree = one.tree_
        roots.append(count)
        leaf = tree.children_left < 0
        nodes = (np.where(leaf, -1, tree.feature), tree.threshold, tree.children_left + count,
                 tree.children_right + count, np.where(leaf, STEP * tree.value[:, 0, 0], 0.0))  # fmt: skip
        parts.append(nodes)
        count += tree.node_count
    asks, threshold, left, right, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Trees(np.array(roots), asks.astype(np.int64), threshold, left, right, value, float(output.mean()))
