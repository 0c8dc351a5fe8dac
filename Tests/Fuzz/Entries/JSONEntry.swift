internal import Buffers
internal import Protobuf
internal import Schema

extension FuzzEntry {
  static let json = FuzzEntry(
    name: "json",
    summary: "JSON text: written and read again the same, and our two readers agree on it",
    run: { (bytes) throws(Violation) in
      let value = read(bytes, .lastWins)
      if let value { try writeAgain(value) }
      let strict = read(bytes, .refused)
      if let strict { try requireEqual(strict, value, "keys that are not repeated matter") }
      try compare(value, strict, with: bytes)
    })
}

private func read(_ bytes: [UInt8], _ duplicates: JSONValue.DuplicateKeys) -> JSONValue? {
  try? JSONValue(parsing: bytes, maxDepth: 20, duplicateKeys: duplicates)
}

private func writeAgain(_ value: JSONValue) throws(Violation) {
  let text = value.serialized()
  guard let again = read(text, .refused) else { throw Violation("what we write, we do not read") }
  try requireEqual(text, again.serialized(), "written, read and written again differs")
}

/// Reads `bytes` as a `google.protobuf.Value`, by the reader of ProtoJSON. It knows numbers as
/// doubles only, and no repeated keys.
private func compare(
  _ value: JSONValue?, _ strict: JSONValue?, with bytes: [UInt8]
) throws(Violation) {
  let type = Google.Protobuf.Value.messageType
  let binary: [UInt8]
  do throws(ProtobufError) {
    binary = try transcodeJSONToBinary(bytes, type: type)
  } catch {
    return try require(
      !(strict.map(isFinite) ?? false), "one reader takes it, not the other: \(error)")
  }
  let json = try mustWork("a Value has no JSON") { try transcodeBinaryToJSON(binary, type: type) }
  guard let other = try? JSONValue(parsing: json) else {
    throw Violation("ProtoJSON that we write, we do not read")
  }
  guard let value else {
    // The other reader goes deeper than the one under test was told to.
    let deep = try? JSONValue(parsing: bytes)
    return try require(deep != nil, "ProtoJSON is read that is no JSON")
  }
  try require(isSame(value, other), "our two readers read different values")
}

private func isFinite(_ value: JSONValue) -> Bool {
  switch value {
  case .number(let number): number.double.isFinite
  case .array(let items): items.allSatisfy(isFinite)
  case .object(let object): object.allSatisfy { isFinite($0.value) }
  default: true
  }
}

private func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
  switch (left, right) {
  case (.number(let left), .number(let right)): left.double == right.double
  case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
  case (.array(let left), .array(let right)):
    left.count == right.count && zip(left, right).allSatisfy(isSame)
  case (.object(let left), .object(let right)):
    left.count == right.count
      && left.allSatisfy { key, item in right[key].map { isSame(item, $0) } ?? false }
  default: left == right
  }
}
