"""Trains a text model with PyTorch: torch.nn.LSTM, GRU or RNN, cross-entropy, clipping by global norm, fused Adam.

Argument: {"shape", "text", "weights", "variants", "learning_rate", "clip_norm", "threads", "validation_fraction"?}. The variants: "one-hot"
has our weights; "own weights" has those that PyTorch draws; "embedding" feeds a table in place of one-hot rows, and is only timed.
Requests name a variant; with "losses": n they get the losses of n steps, with "steps": n and "ms" so many steps are taken in that time at most, with "ms": n the time of as many steps as that allows, with
"validation": true the mean loss on the text held back.
"""

import contextlib

import checkpoint
import contender
import torch
from text_streams import TextStreams

settings = contender.arguments()
shape = settings["shape"]
cell, units = shape["cell"], shape["units"]
torch.set_num_threads(settings["threads"])
torch.set_num_interop_threads(1)
streams = TextStreams(settings["text"], shape["batch"], shape["time"], settings.get("validation_fraction", 0))
size = len(streams.characters)


class TextModel:
    def __init__(self, variant):
        modules = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "simple_rnn": torch.nn.RNN}
        is_embedding = variant == "embedding"
        self.embedding = torch.nn.Embedding(size, units) if is_embedding else None
        self.recurrent = modules[cell](units if is_embedding else size, units, shape["layers"], batch_first=True)
        self.head = torch.nn.Linear(units, size)
        if variant == "one-hot":
            self.take_weights()
        # Where Keras and we have one bias, PyTorch has two: the second one stays zero, which also spares it work.
        for name, parameter in self.recurrent.named_parameters():
            if cell != "gru" and name.startswith("bias_hh"):
                torch.nn.init.zeros_(parameter)
                parameter.requires_grad_(False)
        network = [module for module in (self.embedding, self.recurrent, self.head) if module is not None]
        self.trained = [value for module in network for value in module.parameters() if value.requires_grad]
        self.optimizer = torch.optim.Adam(self.trained, lr=settings["learning_rate"], fused=True)
        self.state, self.next_batch = None, 0

    def take_weights(self):
        _, tensors = checkpoint.read(settings["weights"])
        values = [value for layer in checkpoint.torch_layers(cell, tensors) for value in layer]
        with torch.no_grad():
            for parameter, value in zip(self.recurrent.parameters(), values, strict=True):
                parameter.copy_(torch.from_numpy(value))
            self.head.weight.copy_(torch.from_numpy(tensors["head/kernel"].T.copy()))
            self.head.bias.copy_(torch.from_numpy(tensors["head/bias"]))

    def loss_of(self, inputs, labels):
        is_bf16 = shape["precision"] == "bf16"
        with torch.autocast("cpu", dtype=torch.bfloat16) if is_bf16 else contextlib.nullcontext():
            one_hot = torch.nn.functional.one_hot
            values = self.embedding(inputs) if self.embedding else one_hot(inputs, size).float()
            outputs, state = self.recurrent(values, self.state)
            loss = torch.nn.functional.cross_entropy(self.head(outputs).reshape(-1, size), labels.reshape(-1))
        self.state = tuple(part.detach() for part in state) if cell == "lstm" else state.detach()
        return loss

    def step(self):
        if self.next_batch == 0:
            self.state = None
        inputs, labels = (torch.from_numpy(ids) for ids in streams.read(self.next_batch))
        self.next_batch = (self.next_batch + 1) % streams.batches
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss_of(inputs, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, settings["clip_norm"])
        self.optimizer.step()
        return loss.item()


    def validation_loss(self):
        training_state, self.state = self.state, None
        total, characters = 0.0, 0
        with torch.no_grad():
            for inputs, labels in streams.read_tail():
                total += self.loss_of(torch.from_numpy(inputs), torch.from_numpy(labels)).item() * labels.size
                characters += labels.size
        self.state = training_state
        return total / characters


models = {variant: TextModel(variant) for variant in settings["variants"]}


def answer(request):
    model = models[request["variant"]]
    step = model.step
    if "validation" in request:
        return {"validation_loss": model.validation_loss()}
    if "losses" in request:
        return {"losses": [step() for _ in range(request["losses"])]}
    if "steps" in request:
        return contender.take(step, request["steps"], request["ms"])
    return contender.repeat(step, request["ms"])


contender.serve({"version": torch.__version__}, answer)
