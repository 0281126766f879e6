// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

// Runs an exported student with ONNX Runtime alone, as the Python package tsra_deploy does for one robot.

#pragma once

#include <onnxruntime_cxx_api.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace tsra {

class Json;

/// The file is not a student that this runtime can run.
class ContractError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An observation must not be acted on: missing, unknown, of the wrong size, or not finite.
class ObservationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The network gave an action that is not finite.
class ActionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the contract says of one term of an observation.
struct Term {
  std::string name, unit, frame;
  std::size_t size;  ///< elements of one sample: the product of its shape
  bool last_action;  ///< not a sensor's, but what the policy did a step ago
  float low, high;   ///< clip, infinite where it is open
  std::vector<float> scale;  ///< of each element
  std::size_t frames;        ///< samples that the network sees, at least 1
  std::size_t lag;           ///< how late the newest of them is; 0 for sensors, which have the robot's own delay
  std::string group;         ///< of terms whose histories lie together sample by sample; empty if term by term
};

/// What each sensor reads, by its term's name: flattened in C order, in the units of the contract, neither clipped nor
/// scaled.
using Readings = std::map<std::string, std::vector<float>>;

/// An exported student and the contract it carries. Not safe for use by several threads at once.
class Student {
 public:
  /// Version of the contract that this runtime reads.
  static constexpr std::size_t kFormatVersion = 4;

  /// Loads a student.
  ///
  /// The network runs on one thread: fastest for small networks, and it leaves the robot's other cores alone. Throws
  /// ContractError if the file cannot be read, is damaged, is of another format version, or if its graph is not the
  /// contract's.
  explicit Student(const std::string& path);

  /// Forgets the past: call it before an episode begins.
  void reset();

  /// Computes targets from what the sensors read; call it every `control_period()` seconds.
  ///
  /// `readings` holds every one of `sensors()` and nothing else. Returns the targets of `target_names()` in physical
  /// units. Throws ObservationError, after which nothing is remembered of the call, or ActionError, after which the
  /// student is reset; command `safe_targets()` then, and call `reset()` if more than a step was lost.
  std::vector<float> act(const Readings& readings);

  /// Terms that `act()` needs, in the contract's order.
  const std::vector<Term>& sensors() const { return sensors_; }

  /// What the targets are, in order: joints, or other commands of the robot.
  const std::vector<std::string>& target_names() const { return target_names_; }

  /// Targets of a zero action [physical units]: what to command when the student must not act.
  std::vector<float> safe_targets() const;

  /// Time between two calls of `act()` [s].
  double control_period() const { return control_period_; }

 private:
  // an ONNX input or output: its name, its shape without the batch, and the values that are fed or were fed back
  struct Tensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::size_t batch_axis;
    std::vector<float> values;
  };

  struct Input {
    Tensor tensor;
    std::vector<Term> terms;
    std::vector<std::size_t> places, ages;      // of each element of the tensor: in a sample, and of that sample
    std::deque<std::vector<float>> samples;     // of all terms, the newest first
  };

  void read_contract(const Json& contract);
  void read_inputs(const Json& contract);
  static void lay_out(Input& input);
  void read_actions(const Json& contract);
  void check_graph() const;
  void check(const Readings& readings) const;
  void remember(Input& input, const Readings& readings);
  std::vector<float> infer();
  std::vector<float> to_targets(const std::vector<float>& actions) const;

  Ort::Env env_;
  Ort::Session session_{nullptr};
  double control_period_ = 0.0;
  std::vector<Input> inputs_;
  std::vector<Tensor> states_;              // named as inputs
  std::vector<std::string> state_outputs_;  // the same states' names as outputs
  std::vector<Term> sensors_;
  std::vector<std::string> target_names_;
  std::vector<float> scale_, offset_, low_, high_;  // of the targets
  float clip_actions_;                              // infinite if there is none
  std::vector<float> last_action_;
  bool first_ = true;  // whether the next sample is an episode's first
};

}  // namespace tsra
