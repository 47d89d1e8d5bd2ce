#!/usr/bin/env bash
# Run by Snakemake inside the new environment, in the project's folder: the pins are those of
# requirements.lock, whose out-of-date upper bounds no resolver would accept.
# requirements.lock: sha256 32a9b5051431c8b59104e5b9b45a67a4b6ae21ab6cdb513237be044e93f76b79
set -euo pipefail
python -m pip install --no-deps --require-hashes --requirement requirements.lock
