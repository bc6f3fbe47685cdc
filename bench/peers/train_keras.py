"""Trains a text model with Keras 3 on TensorFlow, the step compiled to a graph: recurrent layers, cross-entropy, Adam with clipping.

Argument and requests as those of train_pytorch.py; the one variant is "graph" or "jit" (XLA).
"""

import os

import contender

settings = contender.arguments()
os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")

import checkpoint  # noqa: E402
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from text_streams import TextStreams  # noqa: E402

shape = settings["shape"]
cell, units, batch = shape["cell"], shape["units"], shape["batch"]
tf.config.threading.set_intra_op_parallelism_threads(settings["threads"])
tf.config.threading.set_inter_op_parallelism_threads(1)
streams = TextStreams(settings["text"], batch, shape["time"])
size = len(streams.characters)

layer_of = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple_rnn": keras.layers.SimpleRNN}[cell]
layers = [layer_of(units, return_sequences=True, return_state=True) for _ in range(shape["layers"])]
head = keras.layers.Dense(size)
for index, layer in enumerate(layers):
    layer.build((batch, shape["time"], size if index == 0 else units))
head.build((batch, units))
_, tensors = checkpoint.read(settings["weights"])
for layer, weights in zip(layers, checkpoint.layers_of(tensors), strict=True):
    layer.set_weights(weights)
head.set_weights([tensors["head/kernel"], tensors["head/bias"]])
variables = [variable for module in (*layers, head) for variable in module.trainable_variables]
optimizer = keras.optimizers.Adam(settings["learning_rate"], global_clipnorm=settings["clip_norm"])
optimizer.build(variables)
# Keras adds epsilon before it corrects the second moment's bias, the paper and PyTorch after: this makes the two the same.
optimizer.epsilon = epsilon = tf.Variable(0.0)
states_of_layer = 2 if cell == "lstm" else 1


def zero_states():
    return [[tf.zeros([batch, units]) for _ in range(states_of_layer)] for _ in layers]


@tf.function(jit_compile=settings["variants"] == ["jit"])
def train_batch(inputs, labels, states):
    with tf.GradientTape() as tape:
        values = tf.one_hot(inputs, size)
        final_states = []
        for layer, initial in zip(layers, states):
            values, *final = layer(values, initial_state=initial, training=True)
            final_states.append(final)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=head(values))
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    optimizer.apply(gradients, variables)
    return loss, final_states


states, batch_index, steps = zero_states(), 0, 0


def step():
    global states, batch_index, steps
    if batch_index == 0:
        states = zero_states()
    inputs, labels = (tf.constant(ids, tf.int32) for ids in streams.read(batch_index))
    batch_index = (batch_index + 1) % streams.batches
    steps += 1
    epsilon.assign(1e-8 * (1 - 0.999**steps) ** 0.5)
    loss, states = train_batch(inputs, labels, states)
    return float(loss)


def answer(request):
    if "losses" in request:
        return {"losses": [step() for _ in range(request["losses"])]}
    if "steps" in request:
        return contender.take(step, request["steps"], request["ms"])
    return contender.repeat(step, request["ms"])


contender.serve({"version": f"{keras.__version__} on TensorFlow {tf.__version__}"}, answer)
