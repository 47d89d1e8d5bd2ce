#!/usr/bin/env bash
# Run by Snakemake inside the new environment, in the project's folder: the pins are those of
# requirements.lock, whose out-of-date upper bounds no resolver would accept.
# requirements.lock: sha256 5b87c75f50895304d23c6b14b96dc06bd5a5e2907d58ec9fef7bba595bc7d430
set -euo pipefail
python -m pip install --no-deps --require-hashes --requirement requirements.lock
