"""The text as our text task lays it out: contiguous streams, one a batch row, the state carried from batch to batch."""

import numpy as np


class TextStreams:
    def __init__(self, path, batch, time, validation_fraction=0):
        text = open(path, encoding="utf-8", newline="").read()
        self.characters = sorted(set(text))
        ids = {character: index for index, character in enumerate(self.characters)}
        every = np.array([ids[character] for character in text], dtype=np.int64)
        held_back = int(len(every) * validation_fraction)
        self.ids, self.tail = every[: len(every) - held_back], every[len(every) - held_back :]
        self.batch, self.time = batch, time
        self.length = (len(self.ids) - 1) // batch
        self.batches = self.length // time

    def read(self, index):
        """(inputs, labels) of a batch, each [batch, time]."""
        starts = np.arange(self.batch) * self.length + index * self.time
        places = starts[:, None] + np.arange(self.time)[None, :]
        return self.ids[places], self.ids[places + 1]

    def read_tail(self):
        """Chunks (inputs, labels) of the text held back, as many rows as a batch: the state goes on from one to the next."""
        length = (len(self.tail) - 1) // self.batch
        starts = np.arange(self.batch)[:, None] * length
        for first in range(0, length, self.time):
            places = starts + np.arange(first, min(first + self.time, length))[None, :]
            yield self.tail[places], self.tail[places + 1]
