internal import Buffers
package import RPCCore

/// Decodes base64 that comes in pieces and may be padded wherever its sender flushed.
///
/// At a border of four characters → inside a group → at a border again. Padding ends a group, and
/// the next one begins afresh. After a failure only failing is left.
package struct Base64Stream: Sendable {
  private var group: [UInt8] = []

  /// Nothing decoded yet.
  package init() {}

  /// Whether the text may end here.
  package var isAtBorder: Bool { group.isEmpty }

  /// The bytes of every group that `text` completes.
  package mutating func decode(_ text: UnsafeRawBufferPointer) throws(RPCError) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count / 4 * 3 + 3)
    var run: [UInt8] = group
    run.reserveCapacity(text.count + 4)
    for byte in text {
      run.append(byte)
      guard byte == UInt8(ascii: "="), run.count % 4 == 0 else { continue }
      output += try Self.bytes(run[...])
      run.removeAll(keepingCapacity: true)
    }
    let whole = run.count / 4 * 4
    output += try Self.bytes(run[..<whole])
    group = Array(run[whole...])
    return output
  }

  private static func bytes(_ text: ArraySlice<UInt8>) throws(RPCError) -> [UInt8] {
    guard let bytes = Base64.decode(Array(text)) else {
      throw RPCError(.internal, "the body is not base64")
    }
    return bytes
  }
}
