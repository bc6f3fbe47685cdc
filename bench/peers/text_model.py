"""A trained text model in PyTorch and in ONNX Runtime, one character at a time: step(ids, state) -> (logits or probabilities, state)."""

import json

import checkpoint
import numpy as np


def load(path):
    """(vocabulary, architecture, tensors) of a checkpoint."""
    metadata, tensors = checkpoint.read(path)
    return json.loads(metadata["task_description"])["vocabulary"], json.loads(metadata["architecture"]), tensors


class TorchTextModel:
    """torch.nn.LSTM over one-hot characters, in inference mode."""

    def __init__(self, path, threads):
        import torch

        self.torch, self.version = torch, torch.__version__
        torch.set_num_threads(threads)
        self.vocabulary, architecture, tensors = load(path)
        size, units, layers = len(self.vocabulary), architecture["units"], architecture["layers"]
        self.recurrent = torch.nn.LSTM(size, units, layers, batch_first=True)
        self.head = torch.nn.Linear(units, size)
        values = [value for layer in checkpoint.torch_layers("lstm", tensors) for value in layer]
        with torch.no_grad():
            for parameter, value in zip(self.recurrent.parameters(), values, strict=True):
                parameter.copy_(torch.from_numpy(value))
            self.head.weight.copy_(torch.from_numpy(tensors["head/kernel"].T.copy()))
            self.head.bias.copy_(torch.from_numpy(tensors["head/bias"]))

    def generate(self, prompt, characters, streams=1, greedy=False):
        """Ids of the text, [streams][characters]. The prompt is ids."""
        torch = self.torch
        with torch.inference_mode():
            ids, state = torch.tensor([prompt] * streams), None
            written = []
            for _ in range(characters):
                inputs = torch.nn.functional.one_hot(ids, len(self.vocabulary)).float()
                outputs, state = self.recurrent(inputs, state)
                logits = self.head(outputs[:, -1])
                ids = logits.argmax(-1, keepdim=True) if greedy else torch.multinomial(logits.softmax(-1), 1)
                written.append(ids)
            return torch.cat(written, 1).tolist()


class OnnxTextModel:
    """OneHot, LSTM layers, product, Softmax as one graph; the state goes in and out as arrays."""

    def __init__(self, path, threads):
        import onnxruntime

        self.version = onnxruntime.__version__
        self.vocabulary, self.architecture, tensors = load(path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0" if threads == 1 else "1")
        graph = build_graph(len(self.vocabulary), self.architecture, tensors).SerializeToString()
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.outputs = [output.name for output in self.session.get_outputs()]
        self.random = np.random.default_rng(0)

    def zero_state(self, streams):
        shape = (1, streams, self.architecture["units"])
        names = [f"{kind}{layer}" for layer in range(self.architecture["layers"]) for kind in "hc"]
        return {name: np.zeros(shape, np.float32) for name in names}

    def step(self, ids, state):
        """ids [streams] -> (probabilities [streams, vocabulary], state)."""
        probabilities, *after = self.session.run(self.outputs, {"ids": ids[None, :], **state})
        return probabilities, dict(zip(state, after))

    def generate(self, prompt, characters, streams=1, greedy=False):
        state = self.zero_state(streams)
        for token in prompt:
            probabilities, state = self.step(np.full(streams, token), state)
        written = np.empty((streams, characters), np.int64)
        for index in range(characters):
            if index > 0:
                probabilities, state = self.step(ids, state)
            if greedy:
                ids = probabilities.argmax(-1)
            else:
                sums = probabilities.cumsum(-1)
                draws = self.random.random((streams, 1), np.float32) * sums[:, -1:]
                ids = (sums <= draws).sum(-1)
            written[:, index] = ids
        return written.tolist()


def build_graph(size, architecture, tensors):
    from onnx import TensorProto, helper, numpy_helper

    units, count = architecture["units"], architecture["layers"]
    constants = {"depth": np.array(size), "off_on": np.array([0, 1], np.float32), "direction": np.array([1])}
    constants |= {"head_kernel": tensors["head/kernel"], "head_bias": tensors["head/bias"], "time": np.array([0])}
    nodes = [helper.make_node("OneHot", ["ids", "depth", "off_on"], ["values0"], axis=-1)]
    states = [f"{kind}{layer}" for layer in range(count) for kind in "hc"]
    order = [0, 3, 1, 2]  # ONNX: i o f c
    for layer, (kernel, recurrent_kernel, bias) in enumerate(checkpoint.layers_of(tensors)):
        rows = lambda matrix: checkpoint.gate_rows("lstm", matrix, order)[None]
        biases = np.concatenate([rows(bias), np.zeros((1, 4 * units), np.float32)], 1)
        constants |= {f"W{layer}": rows(kernel), f"R{layer}": rows(recurrent_kernel), f"B{layer}": biases}
        inputs = [f"values{layer}", f"W{layer}", f"R{layer}", f"B{layer}", "", f"h{layer}", f"c{layer}"]
        outputs = [f"all{layer}", f"h{layer}_after", f"c{layer}_after"]
        nodes.append(helper.make_node("LSTM", inputs, outputs, hidden_size=units))
        nodes.append(helper.make_node("Squeeze", [f"all{layer}", "direction"], [f"values{layer + 1}"]))
    nodes += [
        helper.make_node("Squeeze", [f"values{count}", "time"], ["last"]),
        helper.make_node("MatMul", ["last", "head_kernel"], ["product"]),
        helper.make_node("Add", ["product", "head_bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=-1),
    ]
    info = helper.make_tensor_value_info
    state_info = lambda name: info(name, TensorProto.FLOAT, [1, "streams", units])
    graph = helper.make_graph(
        nodes,
        "text",
        [info("ids", TensorProto.INT64, [1, "streams"]), *map(state_info, states)],
        [info("probabilities", TensorProto.FLOAT, ["streams", size]), *(state_info(f"{name}_after") for name in states)],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
