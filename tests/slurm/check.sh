#!/usr/bin/env bash
# The demonstration on a cluster, and a job that fails there:
#
#   tests/slurm/with_slurm.sh tests/slurm/check.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

make slurm
make demo-slurm
test -s results/demo/report.html

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
