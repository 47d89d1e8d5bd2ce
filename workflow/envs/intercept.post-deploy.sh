#!/usr/bin/env bash
# Run by Snakemake inside the new environment, in the project's folder: the pins are those of
# requirements.lock, whose out-of-date upper bounds no resolver would accept.
# requirements.lock: sha256 d8fbeb0f945665f39a426cf95b7412f1ce0c9279ad7ead1adcce3cfc496a6c63
set -euo pipefail
python -m pip install --no-deps --require-hashes --requirement requirements.lock
