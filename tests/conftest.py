"""What unit and workflow tests share: where the real Omniglot is, if it is anywhere."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PREPARED = ROOT.parent / "shared" / "tensorflow_datasets"

if "TFDS_DATA_DIR" not in os.environ and _PREPARED.is_dir():
    os.environ["TFDS_DATA_DIR"] = str(_PREPARED)
