#!/usr/bin/env bash
# Run by Snakemake inside the new environment, in the project's folder: the pins are those of
# requirements.lock, whose out-of-date upper bounds no resolver would accept.
# requirements.lock: sha256 064ff654730c20969ff9dadffb2bbd4ec3d912320e00ba169d966fa52a5ae41d
set -euo pipefail
python -m pip install --no-deps --require-hashes --requirement requirements.lock
