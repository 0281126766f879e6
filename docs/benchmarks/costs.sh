#!/usr/bin/env bash
# All results of costs.md. Started again, it goes on where it was stopped; what is finished is not run again.
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${PYTHON:-.venv/bin/python}"
grid=(--tasks TSRA-LimitedView-Rover --methods tsra asymmetric dagger --seeds 1 2 3 --parallel "${PARALLEL:-2}"
      --output docs/benchmarks/costs)

"$python" scripts/benchmark.py "${grid[@]}"
"$python" -m tsra_bench.costs "${grid[@]}"
