#!/usr/bin/env bash
# All results of imitation_gap.md. Started again, it goes on where it was stopped; what is finished is not run again.
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${PYTHON:-.venv/bin/python}"
grid=(--tasks TSRA-ColorMaze-Rover TSRA-LimitedView-Rover --parallel "${PARALLEL:-2}")
benchmark() {
    "$python" scripts/benchmark.py "${grid[@]}" "$@"
}

benchmark --methods main --seeds 1 2 3 4 5
benchmark --methods tsra_share_none tsra_share_eighth tsra_share_half tsra_share_all tsra_vicreg tsra_embedding_8 \
    tsra_embedding_16 tsra_embedding_64 tsra_steps_32 tsra_steps_128 --seeds 1 2 3
benchmark --methods tsra_distilled tsra_no_mask tsra_no_alignment tsra_no_stability tsra_stable_embedding \
    tsra_no_warm_up tsra_no_imitation tsra_l2 tsra_narrow tsra_no_normalization --seeds 1 2 3
benchmark --methods tsra_long --seeds 1 2 3
"$python" -m tsra_bench.diagnoses "${grid[@]}" --methods dagger tsra --seeds 1 2 3 4 5
