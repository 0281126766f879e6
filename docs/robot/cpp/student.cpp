// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

#include "student.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "json.hpp"

namespace tsra {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::size_t kMaxDelay = 1000;  // of the last action [control periods], as in Python

void require(bool condition, const std::string& problem) {
  if (!condition) throw ContractError("The contract is broken: " + problem + ".");
}

// an entry of the contract, which is metadata key tsra.<name>
Json read_entry(const Ort::Session& session, const std::string& name) {
  Ort::AllocatorWithDefaultOptions allocator;
  const auto text = session.GetModelMetadata().LookupCustomMetadataMapAllocated(("tsra." + name).c_str(), allocator);
  require(text != nullptr, "the file has no metadata key 'tsra." + name + "'");
  return Json::parse(text.get());
}

// the entries that a robot needs, as one object
Json read_entries(const Ort::Session& session) {
  // the version first: of another one nothing else is known
  const std::size_t version = read_entry(session, "format_version").count(0);
  require(version == Student::kFormatVersion, "its format version is " + std::to_string(version) + ", not " +
                                                  std::to_string(Student::kFormatVersion));
  Json::Object contract;
  for (const char* name : {"timing", "inputs", "memory", "output", "actions", "clip_actions"}) {
    contract.emplace_back(name, read_entry(session, name));
  }
  return Json(std::move(contract));
}

float read_float(const Json& value) { return static_cast<float>(value.number()); }

std::vector<std::int64_t> read_shape(const Json& value) {
  std::vector<std::int64_t> shape;
  std::int64_t elements = 1;
  for (const Json& size : value.list()) {
    shape.push_back(static_cast<std::int64_t>(size.count(1)));
    require(shape.back() <= (1 << 28) / elements, "a shape is too large");
    elements *= shape.back();
  }
  require(!shape.empty(), "a shape is empty");
  return shape;
}

std::size_t size_of(const std::vector<std::int64_t>& shape) {
  std::size_t size = 1;
  for (const std::int64_t length : shape) size *= static_cast<std::size_t>(length);
  return size;
}

// low and high; infinite where the contract has null for both or for one of them
std::pair<float, float> read_bounds(const Json& value) {
  if (value.is_null()) return {-kInfinity, kInfinity};
  require(value.list().size() == 2, "bounds are no pair");
  const Json &low = value.list()[0], &high = value.list()[1];
  const std::pair<float, float> bounds{low.is_null() ? -kInfinity : read_float(low),
                                       high.is_null() ? kInfinity : read_float(high)};
  require(bounds.first <= bounds.second, "bounds are in the wrong order");
  return bounds;
}

Term read_term(const Json& item) {
  Term term;
  term.name = item["name"].text();
  term.unit = item["unit"].text();
  term.frame = item["frame"].text();
  term.size = size_of(read_shape(item["shape"]));
  const std::string& source = item["source"].text();
  require(source == "sensor" || source == "last_action", "the source of '" + term.name + "' is unknown");
  term.last_action = source == "last_action";
  std::tie(term.low, term.high) = read_bounds(item["clip"]);
  for (const Json& scale : item["scale"].list()) term.scale.push_back(read_float(scale));
  if (item["shape"].list().size() > 1 && term.scale.size() == 1) term.scale.assign(term.size, term.scale.front());
  require(term.scale.size() == term.size, "the scale of '" + term.name + "' is not one number for each element");
  term.frames = std::max<std::size_t>(item["history_length"].count(0), 1);
  const Json::List& delay = item["delay_periods"].list();
  require(delay.size() == 2, "the delay of '" + term.name + "' is malformed");
  term.lag = term.last_action ? delay[0].count(0) : 0;
  require(!term.last_action || (delay[1].count(0) == term.lag && term.lag <= kMaxDelay),
          "the delay of '" + term.name + "' is random or too long");
  const std::string& order = item["history_order"].text();
  require(order == "term" || order == "time", "the history order of '" + term.name + "' is unknown");
  if (order == "time") term.group = item["group"].text();
  return term;
}

// `shape` with a batch dimension at `axis`
std::vector<std::int64_t> with_batch(std::vector<std::int64_t> shape, std::size_t axis, std::int64_t batch) {
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), batch);
  return shape;
}

}  // namespace

Student::Student(const std::string& path) : env_(ORT_LOGGING_LEVEL_FATAL, "tsra") {
  try {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file || bytes.empty()) throw ContractError("it cannot be read.");
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(1);
    options.SetInterOpNumThreads(1);
    // A student is one file. ONNX Runtime would still read further files that a model names, from the working directory,
    // and would run loops: give it only files that tsra_deploy has loaded.
    session_ = Ort::Session(env_, bytes.data(), bytes.size(), options);
    read_contract(read_entries(session_));
    check_graph();
  } catch (const std::runtime_error& error) {  // ContractError and JsonError
    throw ContractError("'" + path + "': " + error.what());
  } catch (const Ort::Exception& error) {
    throw ContractError("'" + path + "': " + error.what());
  }
  reset();
}

void Student::reset() {
  first_ = true;
  for (Tensor& state : states_) std::fill(state.values.begin(), state.values.end(), 0.0f);
  last_action_.assign(target_names_.size(), 0.0f);
}

std::vector<float> Student::act(const Readings& readings) {
  check(readings);  // all of them, before anything is remembered
  for (Input& input : inputs_) remember(input, readings);
  first_ = false;
  std::vector<float> actions = infer();
  if (!std::all_of(actions.begin(), actions.end(), [](float action) { return std::isfinite(action); })) {
    reset();  // what made it is in the memory too
    throw ActionError("The network gave an action that is not finite; the student was reset.");
  }
  for (float& action : actions) action = std::clamp(action, -clip_actions_, clip_actions_);
  last_action_ = actions;
  return to_targets(actions);
}

std::vector<float> Student::safe_targets() const { return to_targets(std::vector<float>(scale_.size(), 0.0f)); }

void Student::read_contract(const Json& contract) {
  control_period_ = contract["timing"]["control_period_s"].number();
  require(control_period_ > 0.0, "the control period is not positive");
  require(contract["output"].text() == "actions", "the output is not 'actions'");
  read_actions(contract);
  read_inputs(contract);
  for (const Json& item : contract["memory"].list()) {
    const std::vector<std::int64_t> shape = read_shape(item["shape"]);
    require(shape.size() == 2, "a memory's shape is not (layers, features)");
    states_.push_back({item["input"].text(), shape, 1, std::vector<float>(size_of(shape))});
    state_outputs_.push_back(item["output"].text());
  }
}

void Student::read_inputs(const Json& contract) {
  std::set<std::string> names;
  for (const Json& item : contract["inputs"].list()) {
    const std::vector<std::int64_t> shape = read_shape(item["shape"]);
    Input input{{item["name"].text(), shape, 0, std::vector<float>(size_of(shape))}, {}, {}, {}, {}};
    std::size_t size = 0;
    for (const Json& term_item : item["terms"].list()) {
      const Term term = read_term(term_item);
      require(names.insert(term.name).second, "two terms are named '" + term.name + "'");
      require(!term.last_action || term.size == target_names_.size(), "the last action is not one for each target");
      size += term.size * term.frames;
      input.terms.push_back(term);
      if (!term.last_action) sensors_.push_back(term);
    }
    require(size == input.tensor.values.size(), "the terms do not fill the input '" + input.tensor.name + "'");
    lay_out(input);
    inputs_.push_back(std::move(input));
  }
  require(!inputs_.empty(), "there are no inputs");
}

void Student::lay_out(Input& input) {
  // histories lie from oldest to newest: of one term, or of the terms of a group together
  std::size_t begin = 0;
  for (std::size_t first = 0, after; first < input.terms.size(); first = after) {
    const Term& term = input.terms[first];
    std::size_t width = term.size;
    for (after = first + 1; after < input.terms.size() && !term.group.empty(); ++after) {
      if (input.terms[after].group != term.group) break;
      require(input.terms[after].frames == term.frames, "the terms of '" + term.group + "' have different histories");
      width += input.terms[after].size;
    }
    for (std::size_t age = term.frames; age-- > 0;) {
      std::size_t place = begin;
      for (std::size_t index = first; index < after; ++index) {
        const Term& member = input.terms[index];
        input.ages.insert(input.ages.end(), member.size, age + member.lag);
        for (std::size_t element = 0; element < member.size; ++element) input.places.push_back(place++);
      }
    }
    begin += width;
  }
}

void Student::read_actions(const Json& contract) {
  for (const Json& item : contract["actions"].list()) {
    const Json::List& targets = item["targets"].list();
    const Json::List &scale = item["scale"].list(), &offset = item["offset"].list();
    const bool bounded = !item["clip"].is_null();
    require(scale.size() == targets.size() && offset.size() == targets.size() &&
                (!bounded || item["clip"].list().size() == targets.size()),
            "scale, offset or clip are not one for each target");
    for (std::size_t i = 0; i < targets.size(); ++i) {
      target_names_.push_back(targets[i].text());
      scale_.push_back(read_float(scale[i]));
      offset_.push_back(read_float(offset[i]));
      const auto [low, high] = read_bounds(bounded ? item["clip"].list()[i] : item["clip"]);
      low_.push_back(low);
      high_.push_back(high);
    }
  }
  require(!target_names_.empty(), "there are no targets");
  const Json& limit = contract["clip_actions"];
  clip_actions_ = limit.is_null() ? kInfinity : read_float(limit);
  require(clip_actions_ > 0.0f, "clip_actions is not positive");
}

void Student::check_graph() const {
  std::vector<Tensor> inputs, outputs{{"actions", {static_cast<std::int64_t>(target_names_.size())}, 0, {}}};
  for (const Input& input : inputs_) inputs.push_back(input.tensor);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    inputs.push_back(states_[i]);
    outputs.push_back({state_outputs_[i], states_[i].shape, 1, {}});
  }
  require(session_.GetInputCount() == inputs.size(), "the graph has other inputs");
  require(session_.GetOutputCount() == outputs.size(), "the graph has other outputs");
  Ort::AllocatorWithDefaultOptions allocator;
  const auto check_node = [](const Tensor& expected, const char* name, const Ort::TypeInfo& type) {
    require(expected.name == name, "the graph has '" + std::string(name) + "' where it has '" + expected.name + "'");
    require(type.GetONNXType() == ONNX_TYPE_TENSOR, "'" + expected.name + "' of the graph is no tensor");
    const auto info = type.GetTensorTypeAndShapeInfo();
    // a dimension without a fixed size is -1
    require(info.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT &&
                info.GetShape() == with_batch(expected.shape, expected.batch_axis, -1),
            "'" + expected.name + "' of the graph has another type or shape, or no free batch");
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    check_node(inputs[i], session_.GetInputNameAllocated(i, allocator).get(), session_.GetInputTypeInfo(i));
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    check_node(outputs[i], session_.GetOutputNameAllocated(i, allocator).get(), session_.GetOutputTypeInfo(i));
  }
}

void Student::check(const Readings& readings) const {
  for (const Term& term : sensors_) {
    const auto found = readings.find(term.name);
    if (found == readings.end()) throw ObservationError("Observation '" + term.name + "' is missing.");
    const std::vector<float>& values = found->second;
    if (values.size() != term.size) {
      throw ObservationError("Observation '" + term.name + "' has " + std::to_string(values.size()) +
                             " elements, not " + std::to_string(term.size) + ".");
    }
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
      throw ObservationError("Observation '" + term.name + "' is not finite.");
    }
  }
  for (const auto& [name, values] : readings) {
    const auto is_it = [&name = name](const Term& term) { return term.name == name; };
    if (std::none_of(sensors_.begin(), sensors_.end(), is_it)) {
      throw ObservationError("Observation '" + name + "' is unknown. The last action is the runtime's own.");
    }
  }
}

void Student::remember(Input& input, const Readings& readings) {
  std::vector<float> sample;
  for (const Term& term : input.terms) {
    const std::vector<float>& values = term.last_action ? last_action_ : readings.at(term.name);
    for (std::size_t i = 0; i < term.size; ++i) {
      sample.push_back(std::clamp(values[i], term.low, term.high) * term.scale[i]);
    }
  }
  if (first_) {  // the first sample of an episode stands for those before
    const std::size_t depth = *std::max_element(input.ages.begin(), input.ages.end()) + 1;
    input.samples.assign(depth, sample);
  } else {
    input.samples.pop_back();
    input.samples.push_front(std::move(sample));
  }
  for (std::size_t i = 0; i < input.places.size(); ++i) {
    input.tensor.values[i] = input.samples[input.ages[i]][input.places[i]];
  }
}

std::vector<float> Student::infer() {
  const auto memory_info = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  std::vector<const char*> input_names, output_names{"actions"};
  std::vector<Ort::Value> feed;
  const auto add = [&](Tensor& tensor) {
    const std::vector<std::int64_t> shape = with_batch(tensor.shape, tensor.batch_axis, 1);
    input_names.push_back(tensor.name.c_str());
    feed.push_back(Ort::Value::CreateTensor<float>(memory_info, tensor.values.data(), tensor.values.size(),
                                                   shape.data(), shape.size()));
  };
  for (Input& input : inputs_) add(input.tensor);
  for (Tensor& state : states_) add(state);
  for (const std::string& name : state_outputs_) output_names.push_back(name.c_str());
  const std::vector<Ort::Value> results = session_.Run(Ort::RunOptions{nullptr}, input_names.data(), feed.data(),
                                                       feed.size(), output_names.data(), output_names.size());
  const auto copy_to = [](std::vector<float>& values, const Ort::Value& result) {
    // the graph declares sizes, but a free batch could still be another than was fed
    require(result.GetTensorTypeAndShapeInfo().GetElementCount() == values.size(), "the graph made another batch");
    std::copy_n(result.GetTensorData<float>(), values.size(), values.begin());
  };
  std::vector<float> actions(target_names_.size());
  copy_to(actions, results[0]);
  for (std::size_t i = 0; i < states_.size(); ++i) copy_to(states_[i].values, results[i + 1]);
  return actions;
}

std::vector<float> Student::to_targets(const std::vector<float>& actions) const {
  std::vector<float> targets(actions.size());
  for (std::size_t i = 0; i < actions.size(); ++i) {
    targets[i] = std::clamp(actions[i] * scale_[i] + offset_[i], low_[i], high_[i]);
  }
  return targets;
}

}  // namespace tsra
