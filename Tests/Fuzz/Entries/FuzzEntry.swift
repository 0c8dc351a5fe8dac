/// A reader of strangers' bytes, and what must hold of it whatever they are.
package struct FuzzEntry: Sendable {
  /// As `tools/fuzz` and the folder of its corpus call it.
  package let name: String
  /// What is read and what must hold, for people.
  package let summary: String
  /// Reads one input; throws a ``Violation`` when something that must hold does not.
  package let run: @Sendable ([UInt8]) throws(Violation) -> Void

  /// Every entry there is.
  package static let all = [
    http1Requests, http1Responses, grpcMessages, grpcFields, grpcWeb, json, pathTemplates, queries,
    webSocket, protobuf, protobufJSON, http2, logBundle, documentText,
    s3Answer,
  ]

  /// The entry of a name.
  package static func named(_ name: String) -> FuzzEntry? { all.first { $0.name == name } }
}

/// Something that must hold and did not: a defect of the code under test.
package struct Violation: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// Throws a ``Violation`` that says `message` unless `holds`.
func require(
  _ holds: Bool, _ message: @autoclosure () -> String
) throws(Violation) {
  if !holds { throw Violation(message()) }
}

/// Throws a ``Violation`` that shows both sides unless they are equal.
func requireEqual<T: Equatable>(
  _ left: T, _ right: T, _ message: @autoclosure () -> String
) throws(Violation) {
  if left != right { throw Violation("\(message())\n  one:   \(left)\n  other: \(right)") }
}

/// What `body` gives. It must not fail: an error is a ``Violation`` that says `message`.
func mustWork<T>(_ message: String, _ body: () throws -> T) throws(Violation) -> T {
  do {
    return try body()
  } catch {
    throw Violation("\(message): \(error)")
  }
}

/// What `read` makes of `bytes`, which must not depend on the pieces that they come in.
func sameHoweverCut<Outcome: Equatable>(
  _ bytes: [UInt8], _ read: ([[UInt8]]) throws(Violation) -> Outcome
) throws(Violation) -> Outcome {
  let whole = try read([bytes])
  try requireEqual(whole, try read(bytes.map { [$0] }), "whole and byte by byte differ")
  try requireEqual(whole, try read(pieces(of: bytes)), "whole and in pieces differ")
  return whole
}

/// `bytes` in pieces of 0 to 40 bytes that depend on nothing but `bytes`.
private func pieces(of bytes: [UInt8]) -> [[UInt8]] {
  var state = bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  var pieces: [[UInt8]] = []
  var start = 0
  while start < bytes.count {
    state = state &* 6_364_136_223_846_793_005 &+ 1
    let end = min(bytes.count, start + Int(state >> 33) % 41)
    pieces.append(Array(bytes[start..<end]))
    start = end
  }
  return pieces
}
