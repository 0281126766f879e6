#!/usr/bin/env bash
# All results of curbs.md over seeds. Started again, it goes on where it was stopped; what is finished is not run again.
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${PYTHON:-.venv/bin/python}"
grid=(--tasks TSRA-Velocity-Curbs-Quadruped --parallel "${PARALLEL:-2}" --output docs/benchmarks/legs)

"$python" scripts/benchmark.py "${grid[@]}" --methods tsra_memory asymmetric_memory dagger_memory tsra dagger \
    asymmetric sitt cts tsra_no_imitation tsra_memory_no_imitation --seeds 1 2 3
