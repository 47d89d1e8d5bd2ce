#!/usr/bin/env bash
# Run by Snakemake inside the new environment, in the project's folder: the pins are those of
# requirements.lock, whose out-of-date upper bounds no resolver would accept.
# requirements.lock: sha256 24ba2cea9bfa6ef2cdd70d6b596a50c2ac530c4c9cefbbd12db44137d71e8c12
set -euo pipefail
python -m pip install --no-deps --require-hashes --requirement requirements.lock
