#!/usr/bin/env bash
# Run by Snakemake inside the new environment, in the project's folder: the pins are those of
# requirements.lock, whose out-of-date upper bounds no resolver would accept.
# requirements.lock: sha256 c1e413ef18d8dc87d9ef5f58cc5ea1a393854d3dc6132d87ba5b479b6010fc60
set -euo pipefail
python -m pip install --no-deps --require-hashes --requirement requirements.lock
