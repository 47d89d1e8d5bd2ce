"""How long an attacker's training step takes with activations cached, and computed at every step.

Both steps train the post's decoder on the same 32 synthetic images of 105×105; they take turns in
one process. See README.md.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_BATCH = 32
_STEPS_IN_A_TURN = 3


def parsed() -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=30, help="steps timed of each way")
    parser.add_argument("--threads", type=int, default=1, help="threads of TensorFlow")
    parser.add_argument("--json", type=Path, help="write a line of JSON for each row here")
    arguments = parser.parse_args()
    if min(arguments.steps, arguments.threads) < 1:
        parser.error("--steps and --threads must be 1 or more")
    return arguments


def measure(steps: int) -> dict[str, list[float]]:
    """Seconds of each timed step, by the way it gets its activations."""
    # Imported here: threads are set before TensorFlow starts.
    import numpy as np
    import tensorflow as tf

    from intercept.attackers.post.attacker import build_decoder, train_step
    from intercept.networks.built_in import CUT_LAYER, build_network
    from intercept.networks.cutting import split

    images = np.random.default_rng(0).random((_BATCH, 105, 105, 1), dtype=np.float32)
    device = split(build_network((105, 105, 1), 50, "batch", dropout=0.2), CUT_LAYER).mobile
    decoder = build_decoder(device.output_shape[1:], images.shape[1:])
    step = train_step(decoder, tf.keras.optimizers.Adam(0.001))
    send = tf.function(lambda shown: device(shown, training=False))
    cached = send(images)
    ways = {
        "activations cached": lambda: step(cached, images),
        "activations computed at every step": lambda: step(send(images), images),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    while min(map(len, seconds.values())) < steps:
        for way, once in ways.items():
            once()  # not timed: it may compile, and brings the caches to its own data
            for _ in range(_STEPS_IN_A_TURN):
                begin = time.perf_counter()
                float(once())
                seconds[way].append(time.perf_counter() - begin)
    return {way: timed[:steps] for way, timed in seconds.items()}


def main() -> None:
    """Measure, and print the table."""
    arguments = parsed()
    for variable in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = str(arguments.threads)
    sys.path.insert(0, str(_ROOT / "workflow" / "scripts"))
    seconds = measure(arguments.steps)
    reference = statistics.median(next(iter(seconds.values())))
    rows = [
        {
            "way": way,
            "threads": arguments.threads,
            "ms": 1000 * statistics.median(timed),
            "ratio": statistics.median(timed) / reference,
        }
        for way, timed in seconds.items()
    ]
    print(f"{'way':<36}{'threads':>8}{'ms':>8}{'ratio':>8}")
    for row in rows:
        print(f"{row['way']:<36}{row['threads']:>8}{row['ms']:>8.1f}{row['ratio']:>8.2f}")
    if arguments.json:
        arguments.json.write_text("".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    main()
