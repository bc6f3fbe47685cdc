"""Reads the weights of one of our checkpoints (safetensors) as arrays, and lays them out for PyTorch."""

import json
import struct

import numpy as np

GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}


def read(path):
    """(metadata, {name: array}) of the group model/, names without the group."""
    content = open(path, "rb").read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        if not name.startswith("model/"):
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(content[begin:end], dtype="<f4").reshape(entry["shape"])
        tensors[name.removeprefix("model/")] = values.copy()
    return metadata, tensors


def layers_of(tensors):
    """[(kernel, recurrent_kernel, bias)] of each recurrent layer, the lowest first, as Keras lays them out."""
    count = sum(name.endswith("/recurrent_kernel") for name in tensors)
    parts = ("kernel", "recurrent_kernel", "bias")
    return [tuple(tensors[f"recurrent/{layer}/{part}"] for part in parts) for layer in range(count)]


def gate_rows(cell, matrix, order):
    """Gates as rows, in another order: ours are i f c o (lstm) and z r h (gru), as in Keras."""
    parts = np.split(matrix, GATES[cell], axis=-1)
    return np.ascontiguousarray(np.concatenate([parts[gate] for gate in order], axis=-1).T)


def torch_layers(cell, tensors):
    """[weight_ih, weight_hh, bias_ih, bias_hh] of each layer, as torch.nn.LSTM, GRU and RNN have them."""
    order = [1, 0, 2] if cell == "gru" else list(range(GATES[cell]))
    layers = []
    for kernel, recurrent_kernel, bias in layers_of(tensors):
        biases = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
        layers.append([gate_rows(cell, each, order) for each in (kernel, recurrent_kernel, *biases)])
    return layers
