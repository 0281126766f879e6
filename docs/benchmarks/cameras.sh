#!/usr/bin/env bash
# All results of cameras.md. Started again, it goes on where it was stopped; what is finished is not run again.
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${PYTHON:-.venv/bin/python}"
grid=(--tasks TSRA-ObstacleFlight-Quadrotor TSRA-OpenDrawer-Arm --parallel "${PARALLEL:-2}")
benchmark() {
    "$python" scripts/benchmark.py "${grid[@]}" --output docs/benchmarks/cameras "$@"
}

benchmark --methods tsra dagger sitt asymmetric asymmetric_quarter --seeds 1 2 3
benchmark --methods cts gpo smoothed dwbc --seeds 1 2 3
benchmark --methods tsra_share_none tsra_no_shared tsra_vicreg tsra_embedding_16 tsra_embedding_64 tsra_no_alignment \
    tsra_every_frame --seeds 1
