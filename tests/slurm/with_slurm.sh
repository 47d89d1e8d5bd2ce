#!/usr/bin/env bash
# Runs a command beside a SLURM of its own: one controller and one node, both on this machine.
#
#   tests/slurm/with_slurm.sh make demo-slurm
#
# On Debian, as root, missing packages are installed. The daemons keep all of their files in a
# temporary folder, listen on free ports of this machine alone, and end with the command, however
# it ends; its exit status is passed on. There are no cgroups and no accounting database, so that
# a bare container will do: SLURM divides memory among jobs but does not enforce it.
set -euo pipefail

if [ $# -eq 0 ]; then
  echo "Usage: $0 COMMAND [ARGUMENT ...]" >&2
  exit 2
fi

PATH=$PATH:/usr/sbin:/sbin
folder=""
daemons=()

running() { kill -0 "$1" 2>/dev/null; }

stop_slurm() {
  status=$?
  trap - EXIT
  trap "" INT TERM HUP
  if [ -n "${SLURM_CONF:-}" ]; then
    # The processes of a job are the node's to end, so that comes before its daemon.
    scancel --user="$(id -un)" 2>/dev/null || true
    for _ in $(seq 60); do
      [ -n "$(squeue --noheader 2>/dev/null)" ] || break
      sleep 0.5
    done
  fi
  for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do
    kill "${daemons[i]}" 2>/dev/null || true
    for _ in $(seq 40); do
      running "${daemons[i]}" || break
      sleep 0.25
    done
    kill -KILL "${daemons[i]}" 2>/dev/null || true
  done
  wait
  [ -z "$folder" ] || rm -rf "$folder"
  exit "$status"
}

fail() {
  echo "Error: $1" >&2
  tail -n 5 "$folder"/*.log >&2 2>/dev/null || true
  exit 1
}

install_packages() {
  for program in munged slurmctld slurmd sbatch; do
    command -v $program >/dev/null && continue
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
      echo "Error: $program is missing; install slurm-wlm and munge, or run as root on Debian" >&2
      exit 1
    fi
    echo "Installing slurm-wlm and munge ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -qq --yes --no-install-recommends slurm-wlm munge >/dev/null
    return
  done
}

free_port() {
  local port
  while port=$(shuf -i 20000-32000 -n 1); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# A daemon in a session of its own: Ctrl-C reaches the command first, and then this script.
start() {
  setsid "$@" >>"$folder/output.log" 2>&1 </dev/null &
  daemons+=($!)
}

wait_for() {
  local what=$1
  shift
  for _ in $(seq 120); do
    "$@" >/dev/null 2>&1 && return
    for daemon in "${daemons[@]}"; do
      running "$daemon" || fail "$what ended"
    done
    sleep 0.25
  done
  fail "$what did not answer within 30 seconds"
}

node_is_idle() { sinfo --noheader --format=%T | grep -qx idle; }

install_packages
trap stop_slurm EXIT
trap "exit 130" INT
trap "exit 143" TERM
trap "exit 129" HUP

folder=$(mktemp -d)
# munged wants its socket where everybody may look for it.
chmod 755 "$folder"
mkdir "$folder/state" "$folder/spool"
host=$(hostname -s)
memory_mb=$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)

(umask 077 && head -c 64 /dev/urandom >"$folder/munge.key")
start munged --foreground --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
  --pid-file="$folder/munged.pid" --seed-file="$folder/munge.seed" \
  --log-file="$folder/munged.log"
wait_for munged munge --no-input --socket="$folder/munge.socket"

cat >"$folder/slurm.conf" <<CONF
ClusterName=intercept
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
# The topology that the hardware reports may differ from the CPUs that a container may use.
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$memory_mb State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/slurm.conf

# The plugin takes SLURM's variables from what a job starts with srun, SLURM_CONF among them.
mkdir "$folder/bin"
cat >"$folder/bin/srun" <<SRUN
#!/bin/sh
SLURM_CONF=$folder/slurm.conf exec $(command -v srun) "\$@"
SRUN
chmod +x "$folder/bin/srun"
export PATH=$folder/bin:$PATH

start slurmctld -D
start slurmd -D
wait_for "the node" node_is_idle
echo "SLURM runs on this machine: $(nproc) CPUs, $memory_mb MB."

# In the background, so that a signal to this script is not put off until the command ends; with
# job control, so that the command is a process group, and does not ignore interrupts.
set -m
"$@" &
command=$!
set +m
pass_on() {
  trap "" INT TERM HUP
  kill -"$1" -- "-$command" 2>/dev/null || true
  # Snakemake would wait for its jobs, and these end with this SLURM.
  scancel --user="$(id -un)" 2>/dev/null || true
  for _ in $(seq 60); do
    running "$command" || break
    sleep 0.5
  done
  kill -KILL -- "-$command" 2>/dev/null || true
  exit "$2"
}
trap "pass_on INT 130" INT
trap "pass_on TERM 143" TERM
trap "pass_on HUP 129" HUP
wait "$command"
