// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

// Runs a student on readings from standard input.
//
// student policy.onnx            one line for each step with the elements of all sensors in the order that --contract
//                                prints; answers each with a line of targets. An empty line begins an episode.
// student policy.onnx --contract prints the names, sizes, units and frames of the sensors, and the targets with those
//                                to command when the student must not act.

#include <cstdlib>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>

#include "student.hpp"

namespace {

void print_contract(const tsra::Student& student) {
  std::cout << "control period " << student.control_period() << " s\n";
  for (const tsra::Term& term : student.sensors()) {
    std::cout << "sensor " << term.name << ' ' << term.size << ' ' << term.unit << ", " << term.frame << '\n';
  }
  const std::vector<float> safe = student.safe_targets();
  for (std::size_t i = 0; i < safe.size(); ++i) {
    std::cout << "target " << student.target_names()[i] << ' ' << safe[i] << '\n';
  }
}

// Throws tsra::ObservationError if the line holds anything but as many numbers as the sensors have elements.
tsra::Readings read_line(const std::string& line, const tsra::Student& student) {
  std::istringstream words(line);
  std::string word;
  tsra::Readings readings;
  for (const tsra::Term& term : student.sensors()) {
    for (std::size_t i = 0; i < term.size; ++i) {
      if (!(words >> word)) throw tsra::ObservationError("The line ends within '" + term.name + "'.");
      char* end = nullptr;
      readings[term.name].push_back(std::strtof(word.c_str(), &end));
      if (*end != '\0') throw tsra::ObservationError("'" + word + "' of '" + term.name + "' is no number.");
    }
  }
  if (words >> word) throw tsra::ObservationError("The line goes on after the last sensor with '" + word + "'.");
  return readings;
}

void run(tsra::Student& student) {
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.empty()) {
      student.reset();
      continue;
    }
    for (const float target : student.act(read_line(line, student))) std::cout << target << ' ';
    std::cout << std::endl;  // at once: a control loop waits for it
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool contract = argc == 3 && std::string(argv[2]) == "--contract";
  if (argc != 2 && !contract) {
    std::cerr << "usage: " << argv[0] << " policy.onnx [--contract]\n";
    return 2;
  }
  std::cout.precision(std::numeric_limits<float>::max_digits10);
  try {
    tsra::Student student(argv[1]);
    contract ? print_contract(student) : run(student);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
