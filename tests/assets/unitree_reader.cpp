// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

// Reads deploy.yaml by the rules of unitree_rl_lab's deployment and does its work around the network: observations from
// motors and sensors, motor commands from actions. Strict where that would read past the end of an array.
//
// unitree_reader deploy.yaml     takes lines from standard input and answers each:
//   gains                         -> stiffness and damping of each motor
//   reset MEASUREMENTS            -> nothing
//   observe MEASUREMENTS          -> the observation
//   act ACTION...                 -> position of each motor; nan for one without a joint
// MEASUREMENTS are 3 angular velocities, 3 of gravity, 3 of the joystick, position of each motor, speed of each motor.

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using Numbers = std::vector<float>;

struct Robot {
  YAML::Node config;
  std::vector<int> motor_of_joint;
  Numbers stiffness, damping, default_position;
  Numbers angular_velocity, gravity, joystick, position, velocity;
  Numbers last_action;

  explicit Robot(const YAML::Node& file)
      : config(file),
        motor_of_joint(file["joint_ids_map"].as<std::vector<int>>()),
        stiffness(file["stiffness"].as<Numbers>()),
        damping(file["damping"].as<Numbers>()),
        default_position(file["default_joint_pos"].as<Numbers>()) {
    file["step_dt"].as<float>();
  }

  size_t motors() const { return stiffness.size(); }

  void measure(std::istream& line) {
    auto take = [&line](size_t count) {
      Numbers numbers(count);
      for (auto& number : numbers)
        if (!(line >> number)) throw std::runtime_error("too few measurements");
      return numbers;
    };
    angular_velocity = take(3);
    gravity = take(3);
    joystick = take(3);
    const Numbers motor_position = take(motors()), motor_velocity = take(motors());
    position.clear();
    velocity.clear();
    for (int motor : motor_of_joint) {
      position.push_back(motor_position.at(motor));
      velocity.push_back(motor_velocity.at(motor));
    }
  }
};

/// What the deployment observes by itself; a real one also has what its user registers.
const std::map<std::string, std::function<Numbers(const Robot&)>> observations{
    {"base_ang_vel", [](const Robot& robot) { return robot.angular_velocity; }},
    {"projected_gravity", [](const Robot& robot) { return robot.gravity; }},
    {"joint_pos_rel",
     [](const Robot& robot) {
       const YAML::Node asset = robot.config["observations"]["joint_pos_rel"]["params"]["asset_cfg"];
       std::vector<int> joints;
       if (asset.IsDefined() && asset["joint_ids"].IsDefined())
         joints = asset["joint_ids"].as<std::vector<int>>();
       else  // the deployment catches the exception that it gets then
         for (size_t joint = 0; joint < robot.position.size(); ++joint) joints.push_back(joint);
       Numbers observed;
       for (int joint : joints) observed.push_back(robot.position.at(joint) - robot.default_position.at(joint));
       return observed;
     }},
    {"joint_vel_rel", [](const Robot& robot) { return robot.velocity; }},
    {"last_action", [](const Robot& robot) { return robot.last_action; }},
    {"velocity_commands",
     [](const Robot& robot) {
       const YAML::Node ranges = robot.config["commands"]["base_velocity"]["ranges"];
       Numbers commanded;
       for (size_t axis = 0; axis < 3; ++axis) {
         const YAML::Node range = ranges[std::vector<std::string>{"lin_vel_x", "lin_vel_y", "ang_vel_z"}[axis]];
         commanded.push_back(std::clamp(robot.joystick[axis], range[0].as<float>(), range[1].as<float>()));
       }
       return commanded;
     }},
};

struct Term {
  std::function<Numbers(const Robot&)> observe;
  Numbers clip, scale;
  size_t history_length;
  std::deque<Numbers> history{};

  void add(const Robot& robot) {
    Numbers sample = observe(robot);
    if (!scale.empty() && scale.size() != sample.size()) throw std::runtime_error("scale of another width");
    for (size_t index = 0; index < sample.size(); ++index) {
      if (!clip.empty()) sample[index] = std::clamp(sample[index], clip.at(0), clip.at(1));
      if (!scale.empty()) sample[index] *= scale[index];
    }
    history.push_back(sample);
    if (history.size() > history_length) history.pop_front();
  }
};

struct Action {
  size_t width;
  Numbers scale, offset, processed;
  std::vector<Numbers> clip;
};

void print(const Numbers& numbers) {
  std::cout << std::setprecision(9);
  for (float number : numbers) std::cout << number << ' ';
  std::cout << std::endl;
}

int run(const char* path) {
  Robot robot(YAML::LoadFile(path));

  std::vector<Action> actions;
  size_t action_width = 0;
  for (const auto& entry : robot.config["actions"]) {
    const auto name = entry.first.as<std::string>();
    const YAML::Node term = entry.second;
    if (name != "JointPositionAction" && name != "JointVelocityAction")
      throw std::runtime_error("action '" + name + "' is not registered");
    Action action{robot.motor_of_joint.size(), term["scale"].as<Numbers>(), term["offset"].as<Numbers>(), {}, {}};
    if (!term["joint_ids"].IsNull()) action.width = term["joint_ids"].as<std::vector<int>>().size();
    if (!term["clip"].IsNull()) action.clip = term["clip"].as<std::vector<Numbers>>();
    action.processed.resize(action.width);
    action_width += action.width;
    actions.push_back(action);
  }

  // one group if the first entry looks like a term
  if (!robot.config["observations"].begin()->second["params"].IsDefined())
    throw std::runtime_error("several groups of observations");
  std::vector<Term> terms;
  bool by_time = false;
  for (const auto& entry : robot.config["observations"]) {
    const auto name = entry.first.as<std::string>();
    if (name == "use_gym_history") {
      by_time = entry.second.as<bool>();
      continue;
    }
    const auto known = observations.find(name);
    if (known == observations.end()) throw std::runtime_error("observation '" + name + "' is not registered");
    Term term{known->second, {}, {}, static_cast<size_t>(entry.second["history_length"].as<int>(1))};
    if (!entry.second["scale"].IsNull()) term.scale = entry.second["scale"].as<Numbers>();
    if (!entry.second["clip"].IsNull()) term.clip = entry.second["clip"].as<Numbers>();
    terms.push_back(term);
  }

  std::string text, order;
  while (std::getline(std::cin, text)) {
    std::istringstream line(text);
    line >> order;
    if (order == "gains") {
      Numbers gains = robot.stiffness;
      gains.insert(gains.end(), robot.damping.begin(), robot.damping.end());
      print(gains);
    } else if (order == "reset") {
      robot.measure(line);
      robot.last_action.assign(action_width, 0.0f);
      for (auto& term : terms)
        for (size_t sample = 0; sample < term.history_length; ++sample) term.add(robot);
    } else if (order == "observe") {
      robot.measure(line);
      for (auto& term : terms) term.add(robot);
      Numbers observed;
      auto append = [&observed](const Numbers& sample) { observed.insert(observed.end(), sample.begin(), sample.end()); };
      if (by_time)
        for (size_t sample = 0; sample < terms.at(0).history_length; ++sample)
          for (const auto& term : terms) append(term.history.at(sample));
      else
        for (const auto& term : terms)
          for (const auto& sample : term.history) append(sample);
      print(observed);
    } else if (order == "act") {
      Numbers action(action_width), processed;
      for (auto& number : action)
        if (!(line >> number)) throw std::runtime_error("too few actions");
      robot.last_action = action;
      size_t begin = 0;
      for (auto& term : actions) {
        for (size_t index = 0; index < term.width; ++index) {
          float target = action[begin + index] * term.scale.at(index) + term.offset.at(index);
          if (!term.clip.empty()) target = std::clamp(target, term.clip.at(index).at(0), term.clip.at(index).at(1));
          processed.push_back(target);
        }
        begin += term.width;
      }
      Numbers motors(robot.motors(), std::nanf(""));
      for (size_t joint = 0; joint < robot.motor_of_joint.size(); ++joint)
        motors.at(robot.motor_of_joint[joint]) = processed.at(joint);
      print(motors);
    } else {
      throw std::runtime_error("unknown order '" + order + "'");
    }
  }
  return 0;
}

int main(int count, char** arguments) {
  try {
    if (count != 2) throw std::runtime_error("usage: unitree_reader deploy.yaml");
    return run(arguments[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
