"""What every contender in Python shares: JSON lines on standard input and output, one thing at a time."""

import json
import sys
import time


def arguments():
    """The JSON object given as the only argument."""
    return json.loads(sys.argv[1])


def say(message):
    print(json.dumps(message), flush=True)


def serve(ready, answer):
    """Says what it is, then replies to each request with answer(request). Waits for input in between, using no processor."""
    say({"ready": ready})
    for line in sys.stdin:
        say(answer(json.loads(line)))


def repeat(step, milliseconds):
    """Calls step() for so long, at least once: {"duration_ms", "steps"}."""
    start = time.perf_counter()
    steps = 0
    while steps == 0 or time.perf_counter() - start < milliseconds / 1000:
        step()
        steps += 1
    return {"duration_ms": (time.perf_counter() - start) * 1000, "steps": steps}


def take(step, steps, milliseconds):
    """Calls step() so many times to warm up, but no longer than that: {"steps"}."""
    start = time.perf_counter()
    taken = 0
    while taken < steps and time.perf_counter() - start < milliseconds / 1000:
        step()
        taken += 1
    return {"steps": taken}
