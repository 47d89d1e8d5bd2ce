#!/usr/bin/env bash
# One wire of the demonstration on a cluster, and a job that fails there:
#
#   tests/slurm/with_slurm.sh tests/slurm/check.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

make slurm
# From the data to the scores of an attack, by the command of `make demo-slurm`.
wire=results/demo/no-dp/seed-1/mobile_output-sphere-4-noise-for-0.05-of-1250
.venv/bin/snakemake --workflow-profile profiles/slurm --profile profiles/demo -- \
  "$wire/retrieval/metrics.json" "$wire/server.json" "$wire/bounds.json"
test -s "$wire/retrieval/metrics.json"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/study.yaml" <<'YAML'
dataset:
  splits:
    train: "target[:20000]"
YAML
if .venv/bin/snakemake --directory "$folder" --workflow-profile profiles/slurm \
  --configfile tests/workflow/tiny.yaml "$folder/study.yaml" \
  --until prepare_dataset >"$folder/output" 2>&1; then
  echo "Error: a failed job on a node went unnoticed" >&2
  exit 1
fi
if [ "$(grep -c '^Error: ' "$folder/output")" != 1 ] ||
  ! grep -q "^Error: .*target.*2500" "$folder/output"; then
  cat "$folder/output" >&2
  echo "Error: a failed job on a node did not end in the one line that its script said" >&2
  exit 1
fi
echo "A job that failed on a node said: $(grep '^Error: ' "$folder/output")"
