internal import Protobuf
internal import Schema
internal import TestSchema

private typealias Everything = PayaidTest.V1.Everything

extension FuzzEntry {
  static let protobuf = FuzzEntry(
    name: "protobuf",
    summary: "wire bytes of a message with every kind of field: to JSON and back is the same",
    run: { (bytes) throws(Violation) in
      guard let message = try? Everything(serializedBytes: bytes, limits: limits) else {
        return try requireRefusal(bytes)
      }
      let wire = try binary(message)
      try requireEqual(wire, try binary(decode(wire)), "encoded, read and encoded again differs")
      guard let json = try? message.json() else { return }
      try requireEqual(json, try transcode(wire), "two ways to JSON differ")
      try throughJSON(json)
    })

  static let protobufJSON = FuzzEntry(
    name: "protobuf-json",
    summary: "the JSON of a message with every kind of field: to wire bytes and back is the same",
    run: { (bytes) throws(Violation) in
      guard let message = try? Everything(json: bytes, limits: limits) else { return }
      let direct = try mustWork("a message can be read, but not transcoded") {
        try transcodeJSONToBinary(bytes, type: Everything.messageType, limits: limits)
      }
      try requireEqual(
        try binary(message), try binary(decode(direct)), "two ways from JSON differ")
      try throughJSON(try mustWork("what was read from JSON has no JSON") { try message.json() })
    })
}

/// A few kilobytes may cost this much.
private let limits = DecodingLimits(memory: 1 << 20)

private func binary(_ message: Everything) throws(Violation) -> [UInt8] {
  try mustWork("a message that was read cannot be written") { try message.serializedBytes() }
}

private func decode(_ bytes: [UInt8]) throws(Violation) -> Everything {
  try mustWork("a message that was written cannot be read") {
    try Everything(serializedBytes: bytes)
  }
}

private func transcode(_ bytes: [UInt8]) throws(Violation) -> [UInt8] {
  try mustWork("a message with JSON cannot be transcoded") {
    try transcodeBinaryToJSON(bytes, type: Everything.messageType)
  }
}

/// Both readers of wire bytes refuse the same.
private func requireRefusal(_ bytes: [UInt8]) throws(Violation) {
  let json = try? transcodeBinaryToJSON(bytes, type: Everything.messageType, limits: limits)
  try require(json == nil, "one reader refuses what the other takes")
}

/// JSON that we wrote is read as a message that has this JSON, and the same wire bytes by both ways.
private func throughJSON(_ json: [UInt8]) throws(Violation) {
  let message = try mustWork("JSON that we wrote cannot be read") { try Everything(json: json) }
  let again = try mustWork("what was read from our JSON has no JSON") { try message.json() }
  try requireEqual(json, again, "JSON changes when it is read and written")
  try requireEqual(
    json, try transcode(binary(message)), "JSON changes on the way through wire bytes")
}
