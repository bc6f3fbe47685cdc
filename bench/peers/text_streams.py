"""The text as our text task lays it out: contiguous streams, one a batch row, the state carried from batch to batch."""

import numpy as np


class TextStreams:
    def __init__(self, path, batch, time):
        text = open(path, encoding="utf-8", newline="").read()
        self.characters = sorted(set(text))
        ids = {character: index for index, character in enumerate(self.characters)}
        self.ids = np.array([ids[character] for character in text], dtype=np.int64)
        self.batch, self.time = batch, time
        self.length = (len(self.ids) - 1) // batch
        self.batches = self.length // time

    def read(self, index):
        """(inputs, labels) of a batch, each [batch, time]."""
        starts = np.arange(self.batch) * self.length + index * self.time
        places = starts[:, None] + np.arange(self.time)[None, :]
        return self.ids[places], self.ids[places + 1]
