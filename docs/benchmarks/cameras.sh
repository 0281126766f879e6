#!/usr/bin/env bash
# All results of cameras.md. Started again, it goes on where it was stopped; what is finished is not run again.
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${PYTHON:-.venv/bin/python}"
grid=(--tasks TSRA-ObstacleFlight-Quadrotor TSRA-OpenDrawer-Arm --parallel "${PARALLEL:-2}")
benchmark() {
    "$python" scripts/benchmark.py "${grid[@]}" --output docs/benchmarks/cameras --seeds 1 2 3 "$@"
}

benchmark --methods tsra dagger asymmetric_quarter
benchmark --methods sitt
benchmark --methods tsra_every_frame asymmetric
