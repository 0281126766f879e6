// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

#include "json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace tsra {
namespace {

constexpr int kMaxDepth = 32;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json parse_all() {
    Json value = parse_value(0);
    if (peek() != '\0' || at_ != text_.size()) fail("more after its end");
    return value;
  }

 private:
  Json parse_value(int depth) {
    if (depth > kMaxDepth) fail("too deep");
    switch (peek()) {
      case '{': return parse_object(depth);
      case '[': return parse_list(depth);
      case '"': return Json(parse_text());
      case 't': return parse_word("true", true);
      case 'f': return parse_word("false", false);
      case 'n': return parse_word("null", nullptr);
      default: return parse_number();
    }
  }

  Json parse_object(int depth) {
    Json::Object object;
    take('{');
    while (peek() != '}') {
      if (!object.empty()) take(',');
      if (peek() != '"') fail("a name expected");
      std::string name = parse_text();
      take(':');
      object.emplace_back(std::move(name), parse_value(depth + 1));
    }
    take('}');
    return Json(std::move(object));
  }

  Json parse_list(int depth) {
    Json::List list;
    take('[');
    while (peek() != ']') {
      if (!list.empty()) take(',');
      list.push_back(parse_value(depth + 1));
    }
    take(']');
    return Json(std::move(list));
  }

  Json parse_word(std::string_view word, Json::Value value) {
    if (text_.substr(at_, word.size()) != word) fail("an unknown word");
    at_ += word.size();
    return Json(std::move(value));
  }

  Json parse_number() {
    const std::size_t length = text_.substr(at_).find_first_not_of("+-.0123456789eE");
    const std::string_view digits = text_.substr(at_, length);
    double number = 0.0;
    // not strtod, which reads "1.5" as 1 where the program's locale writes a comma
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size()) fail("a value expected");
    at_ += digits.size();
    return Json(number);
  }

  std::string parse_text() {
    std::string result;
    take('"');
    while (true) {
      const char c = next();
      if (c == '"') return result;
      if (static_cast<unsigned char>(c) < 0x20) fail("a control character in a text");
      if (c == '\\') {
        parse_escape(result);
      } else {
        result += c;
      }
    }
  }

  void parse_escape(std::string& result) {
    constexpr std::string_view names = "\"\\/bfnrt", characters = "\"\\/\b\f\n\r\t";
    const char c = next();
    if (c != 'u') {
      const std::size_t which = names.find(c);
      if (which == names.npos) fail("an unknown escape");
      result += characters[which];
      return;
    }
    std::uint32_t code = parse_code_unit();
    if (code >= 0xD800 && code <= 0xDFFF) {  // half of a character of UTF-16; the other half follows
      if (code >= 0xDC00 || next() != '\\' || next() != 'u') fail("half a character");
      const std::uint32_t second = parse_code_unit();
      if (second < 0xDC00 || second > 0xDFFF) fail("half a character");
      code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
    }
    append_utf8(result, code);
  }

  std::uint32_t parse_code_unit() {
    const std::string_view digits = text_.substr(at_, 4);
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (error != std::errc() || digits.size() != 4 || end != digits.data() + 4) fail("a broken escape");
    at_ += 4;
    return code;
  }

  static void append_utf8(std::string& result, std::uint32_t code) {
    if (code < 0x80) {
      result += static_cast<char>(code);
      return;
    }
    const int followers = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    const std::uint32_t mark = followers == 1 ? 0xC0 : followers == 2 ? 0xE0 : 0xF0;
    result += static_cast<char>(mark | code >> (6 * followers));
    for (int left = followers - 1; left >= 0; --left) {
      result += static_cast<char>(0x80 | (code >> (6 * left) & 0x3F));
    }
  }

  // the next character that is no space; '\0' at the end
  char peek() {
    at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size());
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  char next() {
    if (at_ >= text_.size()) fail("it ends too early");
    return text_[at_++];
  }

  void take(char expected) {
    if (peek() != expected) fail(std::string("'") + expected + "' expected");
    ++at_;
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw JsonError("no JSON at character " + std::to_string(at_) + ": " + problem);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

template <typename T>
const T& get(const Json::Value& value, const char* what) {
  const T* content = std::get_if<T>(&value);
  if (content == nullptr) throw JsonError(std::string("a value is no ") + what);
  return *content;
}

}  // namespace

Json Json::parse(const std::string& text) { return Parser(text).parse_all(); }

bool Json::is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }

double Json::number() const {
  const double number = get<double>(value_, "number");
  if (std::abs(number) > 3.4e38) throw JsonError("a number is beyond a 32-bit float");
  return number;
}

std::size_t Json::count(std::size_t least) const {
  const double value = number();
  if (value != std::floor(value) || value < static_cast<double>(least) || value > 2147483648.0) {
    throw JsonError("a size is no integer of at least " + std::to_string(least));
  }
  return static_cast<std::size_t>(value);
}

const std::string& Json::text() const { return get<std::string>(value_, "text"); }

const Json::List& Json::list() const { return get<List>(value_, "list"); }

const Json& Json::operator[](const std::string& name) const {
  for (const auto& [key, value] : get<Object>(value_, "object")) {
    if (key == name) return value;
  }
  throw JsonError("'" + name + "' is missing");
}

}  // namespace tsra
