#!/usr/bin/env bash
# Run by Snakemake inside the new environment, in the project's folder: the pins are those of
# requirements.lock, whose out-of-date upper bounds no resolver would accept.
# requirements.lock: sha256 6c14b6c2936be4ddb65c6411f58f38b9187384eab15df53852c7a49bafaef675
set -euo pipefail
python -m pip install --no-deps --require-hashes --requirement requirements.lock
