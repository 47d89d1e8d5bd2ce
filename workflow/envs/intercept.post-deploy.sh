#!/usr/bin/env bash
# Run by Snakemake inside the new environment, in the project's folder: the pins are those of
# requirements.lock, whose out-of-date upper bounds no resolver would accept.
# requirements.lock: sha256 3a78e42ea1d93d1710ed10ea259bc06ce814997783bdafb3a599209c4af3cbfd
set -euo pipefail
python -m pip install --no-deps --require-hashes --requirement requirements.lock
