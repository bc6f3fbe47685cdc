"""A forecaster behind FastAPI and PyTorch: POST /forecast {"inputs": [{"target": [...]}]}. Argument: {"checkpoint", "threads"}.

The same network and the same scaling as ours, for blocks of one value, no lags, no season, the last value as the baseline.
"""

import json

import checkpoint
import contender
import fastapi
import numpy as np
import pydantic
import torch
import web

settings = contender.arguments()
torch.set_num_threads(settings["threads"])
metadata, tensors = checkpoint.read(settings["checkpoint"])
architecture, forecast = json.loads(metadata["architecture"]), json.loads(metadata["forecast"])
context, horizon, levels = forecast["context_length"], forecast["horizon"], forecast["quantiles"]


def linear(name):
    module = torch.nn.Linear(*tensors[f"{name}/kernel"].shape)
    module.weight.data = torch.from_numpy(tensors[f"{name}/kernel"].T.copy())
    module.bias.data = torch.from_numpy(tensors[f"{name}/bias"])
    return module


recurrent = torch.nn.GRU(1, architecture["units"], architecture["layers"], batch_first=True)
with torch.no_grad():
    values = [value for layer in checkpoint.torch_layers("gru", tensors) for value in layer]
    for parameter, value in zip(recurrent.parameters(), values, strict=True):
        parameter.copy_(torch.from_numpy(value))
hidden, output = linear("head/hidden"), linear("head/output")
app = fastapi.FastAPI()


class Input(pydantic.BaseModel):
    target: list[float]


class Request(pydantic.BaseModel):
    inputs: list[Input]


@app.post("/forecast")
async def answer(request: Request):
    histories = np.array([each.target[-context:] for each in request.inputs])
    last = histories[:, -1:]
    change = 3 * np.abs(last - histories[:, -2:-1])
    scale = np.maximum(change, 0.01 * np.abs(last))
    scaled = torch.from_numpy(((histories - last) / scale).clip(-1e4, 1e4).astype(np.float32))
    with torch.inference_mode():
        _, state = recurrent(scaled[:, :, None])
        features = torch.cat([state[-1], scaled[:, -1:]], 1)
        corrections = output(torch.nn.functional.gelu(hidden(features))).reshape(-1, horizon, len(levels))
    paths = last[:, :, None] + scale[:, :, None] * np.sort(corrections.numpy(), -1)
    outputs = []
    for path in paths:
        quantiles = {str(level): path[:, index].tolist() for index, level in enumerate(levels)}
        outputs.append({"median": quantiles["0.5"], "quantiles": quantiles})
    return {"outputs": outputs}


web.run(app, fastapi.__version__)
