#!/usr/bin/env bash
# Run by Snakemake inside the new environment, in the project's folder: the pins are those of
# requirements.lock, whose out-of-date upper bounds no resolver would accept.
# requirements.lock: sha256 b05d02e03810b8967e1006b4c64bc83e342a684dc203afb6ca7c9406a1734516
set -euo pipefail
python -m pip install --no-deps --require-hashes --requirement requirements.lock
