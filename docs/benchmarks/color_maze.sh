#!/usr/bin/env bash
# Results of docs/benchmarks/color_maze.md: aligned teacher, its students, and the control, for each seed.
# Usage: color_maze.sh SEED...   Results that exist are not computed again.
set -euo pipefail
cd "$(dirname "$0")/../.."
results=docs/benchmarks/color_maze
task=TSRA-ColorMaze-Rover
run() { .venv/bin/python scripts/"$1".py --task $task "${@:2}"; }
last_run() { tail -n 1 "$1" | sed -n 's/^Run directory: //p'; }
log=$(mktemp -d)
for seed in "$@"; do
  if [ ! -f $results/aligned_$seed.json ]; then
    run train --seed "$seed" --run_name "seed$seed" > "$log/aligned_$seed"
    run export --checkpoint "$(last_run "$log/aligned_$seed")" > "$log/export_$seed"
    run evaluate --checkpoint "$(last_run "$log/aligned_$seed")" --json $results/aligned_$seed.json
    cp "$(last_run "$log/aligned_$seed")/evaluations.json" $results/aligned_${seed}_curve.json
  fi
  if [ ! -f $results/aligned_distilled_$seed.json ]; then
    teacher=$(ls -d logs/rsl_rl/color_maze_aligned/*_"seed$seed" | tail -n 1)
    run distill --teacher "$teacher" --seed "$seed" --run_name "seed$seed" > "$log/distilled_$seed"
    run evaluate --checkpoint "$(last_run "$log/distilled_$seed")" --json $results/aligned_distilled_$seed.json
  fi
  for method in dagger bc; do
    if [ ! -f $results/ppo_${method}_$seed.json ]; then
      if ! teacher=$(ls -d logs/rsl_rl/color_maze_ppo/*_"seed$seed" 2> /dev/null | tail -n 1) || [ -z "$teacher" ]; then
        run train --agent rsl_rl_ppo_cfg_entry_point --seed "$seed" --run_name "seed$seed" > "$log/ppo_$seed"
        teacher=$(last_run "$log/ppo_$seed")
      fi
      run distill --teacher "$teacher" --method $method --seed "$seed" --run_name "${method}_seed$seed" > "$log/$method$seed"
      run evaluate --checkpoint "$(last_run "$log/$method$seed")" --json $results/ppo_${method}_$seed.json
    fi
  done
done
