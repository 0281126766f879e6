# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Runs: their directories, the configurations they are made of, beginning one, and opening one that is finished."""

from tsra_results import writable_file, writable_folder

from .arguments import check_device, named, positive, seed
from .directory import (
    CHECKPOINT_PATTERN,
    DEFAULT_AGENT,
    STUDENT_FOLDER,
    checkpoints_of,
    find_checkpoint,
    git_state,
    log_root,
    new_run,
    newest_checkpoint,
    write_params,
)
from .distillation import aligned_models, distillation_agent, distillation_agent_key
from .environment import environment_of_run, recorded_presets
from .exporting import EXPORT_ENVS, RECORDED_ENVS, RECORDED_STEPS, export_run
from .fine_tuning import fine_tuning_agent, is_fine_tuning
from .manifests import read_manifest
from .opening import (
    FinishedRun,
    OpenRun,
    add_run_arguments,
    add_trust_argument,
    find_run,
    load_run,
    onboard_groups,
    open_run,
)
from .plain_yaml import read_plain_yaml
from .playback import check_playback, open_playback
from .progress_lines import EpisodesDone, ProgressLines
from .recorded_agent import agent_of_run
from .refusals import reading, refusing
from .session import (
    check_groups_exist,
    check_task,
    is_preset,
    make_parser,
    open_environment,
    parse_args,
    record_video,
    resolve_configs,
)
from .training import Training, add_training_arguments, apply_arguments, open_training

__all__ = [
    "CHECKPOINT_PATTERN",
    "DEFAULT_AGENT",
    "EXPORT_ENVS",
    "EpisodesDone",
    "ProgressLines",
    "RECORDED_ENVS",
    "RECORDED_STEPS",
    "STUDENT_FOLDER",
    "FinishedRun",
    "OpenRun",
    "Training",
    "add_run_arguments",
    "add_training_arguments",
    "add_trust_argument",
    "agent_of_run",
    "aligned_models",
    "apply_arguments",
    "check_device",
    "check_groups_exist",
    "check_playback",
    "check_task",
    "checkpoints_of",
    "distillation_agent",
    "distillation_agent_key",
    "environment_of_run",
    "export_run",
    "find_checkpoint",
    "find_run",
    "fine_tuning_agent",
    "git_state",
    "is_fine_tuning",
    "is_preset",
    "load_run",
    "log_root",
    "make_parser",
    "named",
    "new_run",
    "newest_checkpoint",
    "onboard_groups",
    "open_environment",
    "open_playback",
    "open_run",
    "open_training",
    "parse_args",
    "positive",
    "read_manifest",
    "read_plain_yaml",
    "reading",
    "record_video",
    "recorded_presets",
    "refusing",
    "resolve_configs",
    "seed",
    "writable_file",
    "writable_folder",
    "write_params",
]
