"""Writes text with PyTorch eager ("pytorch"), or ONNX Runtime with its loop and its sampling in Python ("onnxruntime").

Argument: {"engine", "checkpoint", "threads"}. Requests: {"streams", "characters", "prompt", "greedy": true} gives the text of the first
stream; {"streams", "ms"} writes for so long; with "bare": true only ONNX Runtime's own step is called, nothing is drawn.
"""

import time

import contender
import numpy as np
import text_model

PIECE = 50  # characters between two looks at the clock

settings = contender.arguments()
engine = {"pytorch": text_model.TorchTextModel, "onnxruntime": text_model.OnnxTextModel}[settings["engine"]]
model = engine(settings["checkpoint"], settings["threads"])


def bare_piece(streams):
    state, ids = model.zero_state(streams), np.zeros(streams, np.int64)
    for _ in range(PIECE):
        _, state = model.step(ids, state)


def answer(request):
    streams = request["streams"]
    if request.get("greedy"):
        prompt = [model.vocabulary.index(character) for character in request["prompt"]]
        ids = model.generate(prompt, request["characters"], streams, greedy=True)[0]
        return {"text": "".join(model.vocabulary[token] for token in ids)}
    piece = (lambda: bare_piece(streams)) if request.get("bare") else (lambda: model.generate([0], PIECE, streams))
    piece()
    start, pieces = time.perf_counter(), 0
    while pieces == 0 or time.perf_counter() - start < request["ms"] / 1000:
        piece()
        pieces += 1
    return {"duration_ms": (time.perf_counter() - start) * 1000, "characters": pieces * PIECE * streams}


contender.serve({"version": model.version}, answer)
