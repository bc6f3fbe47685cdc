"""Forecasts the hourly series of the M4 competition with one peer, its defaults and so many seconds of training.

Argument: {"peer": "gluonts-deepar" | "neuralforecast-nhits" | "neuralforecast-lstm", "train", "seconds", "seed", "threads"}. Says
{"ready": {"version", "seconds", "outputs": [{"median", "quantiles": {"0.1", "0.9"}}]}}, one output for each series of the file.
"""

import csv
import logging
import time
import warnings

import contender
import numpy as np
import torch

HORIZON = 48

settings = contender.arguments()
torch.set_num_threads(settings["threads"])
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
with open(settings["train"], newline="") as file:
    rows = list(csv.reader(file))[1:]
series = [np.array([float(cell) for cell in row[1:] if cell not in ("", "NA")], np.float32) for row in rows]
trainer = {"max_time": {"seconds": settings["seconds"]}, "accelerator": "cpu", "logger": False}
quiet = {"enable_progress_bar": False, "enable_checkpointing": False}


def output(median, low, high):
    return {"median": median, "quantiles": {"0.1": low, "0.9": high}}


def deepar():
    import gluonts
    import pandas
    from gluonts.dataset.common import ListDataset
    from gluonts.torch import DeepAREstimator
    from lightning.pytorch import seed_everything

    seed_everything(settings["seed"])
    start = pandas.Period("2000-01-01", freq="h")  # the competition's series have no dates
    data = ListDataset([{"start": start, "target": values} for values in series], freq="h")
    estimator = DeepAREstimator(freq="h", prediction_length=HORIZON, trainer_kwargs={**trainer, "enable_progress_bar": False})
    begin = time.perf_counter()
    predictor = estimator.train(data)
    seconds = time.perf_counter() - begin
    levels = [0.5, 0.1, 0.9]
    outputs = [output(*(forecast.quantile(level).tolist() for level in levels)) for forecast in predictor.predict(data)]
    return gluonts.__version__, seconds, outputs


def neuralforecast(name):
    import neuralforecast as library
    import pandas
    from neuralforecast import models
    from neuralforecast.losses.pytorch import MQLoss

    frames = [
        pandas.DataFrame({"unique_id": index, "ds": np.arange(len(values)), "y": values})
        for index, values in enumerate(series)
    ]
    common = {"h": HORIZON, "loss": MQLoss(level=[80]), "random_seed": settings["seed"], **trainer, **quiet}
    model = getattr(models, name)(input_size=2 * HORIZON, **common)  # the size has no default; theirs in the tutorial
    forecaster = library.NeuralForecast(models=[model], freq=1)
    begin = time.perf_counter()
    forecaster.fit(pandas.concat(frames))
    seconds = time.perf_counter() - begin
    told = forecaster.predict().reset_index()
    columns = [f"{name}-median", f"{name}-lo-80", f"{name}-hi-80"]
    outputs = [
        output(*(rows[column].tolist() for column in columns)) for _, rows in told.groupby("unique_id", sort=True)
    ]
    return library.__version__, seconds, outputs


peers = {
    "gluonts-deepar": deepar,
    "neuralforecast-nhits": lambda: neuralforecast("NHITS"),
    "neuralforecast-lstm": lambda: neuralforecast("LSTM"),
}
version, duration, forecasts = peers[settings["peer"]]()
contender.say({"ready": {"version": version, "seconds": duration, "outputs": forecasts}})
