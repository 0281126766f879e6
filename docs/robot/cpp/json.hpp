// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

// The JSON of a student's metadata: read once and looked up, never written.

#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tsra {

/// The text is no JSON, or its content is not what was asked for.
class JsonError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One value of a JSON text.
class Json {
 public:
  using List = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;
  using Value = std::variant<std::nullptr_t, bool, double, std::string, List, Object>;

  explicit Json(Value value) : value_(std::move(value)) {}

  /// Reads a whole text.
  ///
  /// Throws JsonError if it is no JSON, or nested more than 32 deep.
  static Json parse(const std::string& text);

  bool is_null() const;

  /// The number, which a 32-bit float must be able to hold. Throws JsonError if it is none.
  double number() const;

  /// The number as a size. Throws JsonError if it is no integer of at least `least` and at most 2^31.
  std::size_t count(std::size_t least) const;

  /// The text in UTF-8. Throws JsonError if it is none.
  const std::string& text() const;

  /// The elements. Throws JsonError if it is no list.
  const List& list() const;

  /// The element of an object. Throws JsonError if it is no object or lacks the name.
  const Json& operator[](const std::string& name) const;

 private:
  Value value_;
};

}  // namespace tsra
