#!/usr/bin/env bash
# Run by Snakemake inside the new environment, in the project's folder: the pins are those of
# requirements.lock, whose out-of-date upper bounds no resolver would accept.
# requirements.lock: sha256 d17b6e1c0304918771d31aba19340b1bc749b42e7e58e68eeef5738cc4abf2d3
set -euo pipefail
python -m pip install --no-deps --require-hashes --requirement requirements.lock
