# Every target sets up what it needs by itself: Python 3.11 with the pinned packages, in .venv.

CORES ?= $(shell nproc)
VENV := .venv
BIN := $(VENV)/bin
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES)
UV := $(shell command -v uv || echo .uv/bin/uv)
# make check, run, status, dag, report, pdf and tensorboard take another study by STUDY=<file>, or
# several, of which each adds to those before.
ifneq ($(origin STUDY),undefined)
CONFIGFILE = --configfile $(or $(foreach file,$(STUDY),$(if $(wildcard $(file)),$(file),$(error \
  STUDY names $(file), which is no file; name a configuration, whose path has no spaces))),$(error \
  STUDY is empty; name a configuration, or leave it out))
endif
# A file as a goal, or in a variable of another name, would leave the study as it is.
MISTAKEN := $(firstword $(filter %.yaml %.yml %.json,$(MAKECMDGOALS)) \
  $(foreach name,study Study,$(if $(filter command,$(origin $(name))),$($(name)))))
ifneq ($(MISTAKEN),)
$(error make takes a study by STUDY=$(MISTAKEN))
endif
ifneq ($(filter demo demo-slurm,$(MAKECMDGOALS)),)
ifneq ($(origin STUDY),undefined)
$(error make demo has a study of its own; for $(STUDY) write make run STUDY=$(STUDY))
endif
endif
OF_STUDY = $(SNAKEMAKE) $(CONFIGFILE)
# Snakemake keeps a folder in the home folder's cache; where it cannot, it keeps it here.
CACHE := $(shell cache="$${XDG_CACHE_HOME:-$$HOME/.cache}"; \
  mkdir -p "$$cache/snakemake" 2>/dev/null && test -w "$$cache/snakemake" && echo writable)
ifeq ($(CACHE),)
export XDG_CACHE_HOME := $(CURDIR)/.snakemake/cache
endif
GENERATED := logs benchmarks/measured .snakemake dag.svg dag.md
# What is prepared of a data set, with the checksums beside it and what a killed job left.
PREPARED := \.*((target|attacker|evaluation)(\.[0-9]+)?\.tfrecord|manifest(\.[0-9]+)?\.json|overlap(\.[0-9]+)?\.csv)((\.[0-9]+)?\.sha256)?

.PHONY: help demo demo-slurm check run status dag report pdf tensorboard slurm gpu
.PHONY: faces alphabets lenet
.PHONY: benchmark benchmark-attack benchmark-plan test test-all coverage lint format config-docs lock clean

help:
	@echo "make demo         the post's experiment on handwritten digits, in minutes, no download"
	@echo "make check        before make run: its images, networks, wires and cost, and what it would refuse"
	@echo "make run          the study of config.yaml, by default the post on Omniglot"
	@echo "make status       what of that study is done and what is left"
	@echo "make dag          its graph of rules: dag.svg, or without Graphviz dag.md"
	@echo "make report       Snakemake's own report of that study, with provenance: report.zip"
	@echo "make pdf          the page of that study on paper, and two pages to sign by; needs Chromium"
	@echo "make tensorboard  event files of every finished training of that study"
	@echo "make slurm        what a SLURM cluster takes; make demo-slurm runs the demonstration there"
	@echo "make gpu          CUDA for TensorFlow, where there is a GPU (3 GB)"
	@echo "make faces        the 400 photographs of studies/faces.yaml, in folders under data/ (5 MB)"
	@echo "make alphabets    Omniglot in folders for studies/alphabets.yaml (40,000 files)"
	@echo "make lenet        the network of studies/published-table.yaml, in a file under data/"
	@echo "make benchmark    a training step beside other implementations' (half an hour, 5 GB)"
	@echo "make benchmark-attack  an attacker's step with activations cached, and computed each time"
	@echo "make benchmark-plan    plans of studies of 50 to 400 cells (a minute)"
	@echo "make test         the tests that a change needs; make test-all adds whole studies, kills,"
	@echo "                  full disks, the browser and long trainings; make lint: style and types"
	@echo "make coverage     the same as make test, with the branches that it went through, at least 90%"
	@echo "make config-docs  docs/config.md and its schema, after a change of settings"
	@echo "make clean        remove results, logs and cached data"
	@echo "check, run, status, dag, report, pdf and tensorboard take another study by STUDY=<file>"

demo: $(VENV)/complete
	$(SNAKEMAKE) --profile profiles/demo

demo-slurm: $(VENV)/slurm-complete
	$(BIN)/snakemake --workflow-profile profiles/slurm --profile profiles/demo

check: $(VENV)/complete
	@PYTHONPATH=workflow/scripts $(BIN)/python -m intercept.check --cores $(CORES) $(CONFIGFILE)

run: $(VENV)/complete
	$(OF_STUDY)

status: SHELL := bash -o pipefail
status: $(VENV)/complete
	@$(OF_STUDY) --summary | PYTHONPATH=workflow/scripts $(BIN)/python -m intercept.study.status

# Graphviz lays it out; Mermaid is for machines without it.
dag: SHELL := bash -o pipefail
dag: $(VENV)/complete
	@if command -v dot >/dev/null; then \
	  $(OF_STUDY) --rulegraph | dot -Tsvg -o dag.svg && echo "Drawn: dag.svg"; \
	else \
	  { echo '```mermaid' && $(OF_STUDY) --rulegraph mermaid-js && echo '```'; } > dag.md && \
	  echo "Written: dag.md, which GitHub, GitLab and editors draw; with Graphviz it is dag.svg"; \
	fi

# Snakemake would make it of what there is, be that old or half of it.
report: SHELL := bash -o pipefail
report: $(VENV)/complete
	@$(OF_STUDY) --summary | PYTHONPATH=workflow/scripts $(BIN)/python -m intercept.study.status --finished
	$(OF_STUDY) --report report.zip

pdf: $(VENV)/complete
	$(SNAKEMAKE) pdf $(CONFIGFILE)

# Nothing is trained for it, also where a training would be made anew.
tensorboard: $(VENV)/complete
	$(SNAKEMAKE) tensorboard --allowed-rules tensorboard write_tensorboard $(CONFIGFILE)

slurm: $(VENV)/slurm-complete

gpu: $(VENV)/gpu-complete

faces: $(VENV)/faces-complete
	PYTHONPATH=workflow/scripts $(BIN)/python -m intercept.datasets.orl_faces data/orl_faces

alphabets: $(VENV)/complete
	PYTHONPATH=workflow/scripts $(BIN)/python -m intercept.datasets.omniglot_alphabets \
	  data/omniglot_alphabets

lenet: $(VENV)/complete
	$(BIN)/python studies/lenet.py data/lenet.keras

benchmark: $(VENV)/complete $(VENV)-benchmarks/complete
	@mkdir -p benchmarks/measured
	$(BIN)/python benchmarks/dp_step.py --json benchmarks/measured/dp_step.jsonl

benchmark-attack: $(VENV)/complete
	@mkdir -p benchmarks/measured
	$(BIN)/python benchmarks/attack_step.py --json benchmarks/measured/attack_step.jsonl

benchmark-plan: $(VENV)/complete
	@mkdir -p benchmarks/measured
	$(BIN)/python benchmarks/plan.py --json benchmarks/measured/plan.jsonl

# A process that dies ends the run; one begun in its place may wait for ever.
PYTEST := $(BIN)/python -m pytest -n logical --maxprocesses 4 --max-worker-restart 0 \
  --dist loadfile --no-loadscope-reorder

test: $(VENV)/complete
	$(PYTEST) -m "not slow"

# Which takes half as long again.
coverage: $(VENV)/complete
	$(PYTEST) -m "not slow" --cov --cov-report term:skip-covered

test-all: test
	$(PYTEST) -m slow

lint: $(VENV)/complete
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/snakemake --lint

format: $(VENV)/complete
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow/rules

# docs/config.md and docs/config.schema.json, from the models that check a configuration.
config-docs: $(VENV)/complete
	PYTHONPATH=workflow/scripts $(BIN)/python -m intercept.configuration.documentation docs

# Resolved anew by hand only; needs uv. The conda environment is rebuilt when the hash changes.
lock:
	uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock
	uv pip compile requirements-uv.in --python-version 3.8 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" --output-file requirements-uv.lock
	uv pip compile benchmarks/requirements.in --no-config --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-package triton \
	  --no-emit-package nvidia-cusolver --no-emit-package cuda-bindings \
	  --no-emit-package cuda-pathfinder --custom-compile-command "make lock" \
	  --output-file benchmarks/requirements.lock
	for extra in requirements-gpu requirements-faces profiles/slurm/requirements; do \
	  uv pip compile $$extra.in --python-version 3.11 --constraints requirements.lock \
	    --override profiles/slurm/overrides.txt \
	    $$(sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.lock) \
	    --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	    --output-file $$extra.lock || exit; \
	done
	sed -i "s/lock: sha256 .*/lock: sha256 $$(sha256sum < requirements.lock | cut -c1-64)/" \
	  workflow/envs/intercept.post-deploy.sh

clean:
	mkdir -p data results
	find -H results -mindepth 1 ! -path results/README.md -delete
	@# Of data what was prepared goes; images and networks of yours stay, in the same folder too.
	find -H data -mindepth 2 -maxdepth 2 -name '*target.*tfrecord*' -printf '%h\0' | sort -zu | \
	  xargs -0r sh -c 'for folder; do find "$$folder" -mindepth 1 -maxdepth 1 -type f \
	    -regextype posix-extended -regex ".*/$(PREPARED)" -delete; \
	    rmdir --ignore-fail-on-non-empty "$$folder"; done' sh
	rm -rf $(GENERATED)

# What is installed is known by the hash of its lock file, since git dates files anew; by the date
# where it was installed before there was a hash.
hash = sha256sum < $(1) | cut -c1-64
changed = $(shell { test -s $(2) && test "$$(cat $(2))" = "$$($(call hash,$(1)))"; } || \
  { test -e $(2) && test ! -s $(2) && test ! $(1) -nt $(2); } || echo anew)
anew:  # no file is called so, and what needs it is always made
LOCK_complete := requirements.lock
LOCK_slurm-complete := profiles/slurm/requirements.lock
LOCK_gpu-complete := requirements-gpu.lock
LOCK_faces-complete := requirements-faces.lock
LOCK = $(LOCK_$(notdir $@))
ANEW := $(call changed,requirements.lock,$(VENV)/complete)

$(VENV)/complete: $(ANEW)
	@rm -rf $(VENV)
	@for python in python3.11 python3 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
	    echo "Installing the pinned packages into $(VENV) (about 2 GB, some minutes) ..." && \
	    $$python -m venv $(VENV) && \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	      --no-deps --require-hashes -r $(LOCK) && $(call hash,$(LOCK)) > $@; \
	    exit; \
	  fi; \
	done; \
	if [ ! -x "$(UV)" ]; then \
	  for python in python3 python; do \
	    if command -v $$python >/dev/null; then \
	      echo "Python 3.11 was not found; installing uv into .uv, which brings it ..." && \
	      $$python -m venv .uv && .uv/bin/python -m pip install --quiet \
	        --disable-pip-version-check --require-hashes -r requirements-uv.lock; \
	      break; \
	    fi; \
	  done; \
	fi; \
	if [ -x "$(UV)" ] && \
	  echo "Installing Python 3.11 and the pinned packages into $(VENV) with uv ..." && \
	  $(UV) venv --quiet --python 3.11 $(VENV); \
	then \
	  $(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r $(LOCK) && \
	    $(call hash,$(LOCK)) > $@; \
	else \
	  echo "Error: Python 3.11 was not found, and uv could not bring it: install Python 3.11 with its" \
	    "venv module, then run the same command again." >&2; exit 1; \
	fi

# On top of the rest, and gone with it; an environment that uv made has no pip.
EXTRAS := $(addprefix $(VENV)/,slurm-complete gpu-complete faces-complete)
$(foreach extra,$(EXTRAS),$(eval $(extra): $(or $(ANEW),$(call \
  changed,$(LOCK_$(notdir $(extra))),$(extra)))))
$(EXTRAS): | $(VENV)/complete
	@echo "Installing the packages of $(LOCK) into $(VENV) ..."
	@if $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --no-deps --require-hashes -r $(LOCK); \
	else \
	  $(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r $(LOCK); \
	fi
	@$(call hash,$(LOCK)) > $@

# PyTorch, Opacus and JAX, which are compared and not used. Their CUDA libraries come along.
OF_BENCHMARKS := benchmarks/requirements.lock
$(VENV)-benchmarks/complete: $(call changed,$(OF_BENCHMARKS),$(VENV)-benchmarks/complete) | $(VENV)/complete
	@rm -rf $(VENV)-benchmarks
	@echo "Installing PyTorch, Opacus and JAX into $(VENV)-benchmarks (about 5 GB) ..."
	@$(BIN)/python -m venv $(VENV)-benchmarks
	@$(VENV)-benchmarks/bin/python -m pip install --quiet --disable-pip-version-check \
	  --no-deps --require-hashes -r $(OF_BENCHMARKS)
	@$(call hash,$(OF_BENCHMARKS)) > $@
