internal import CProtobufC

/// From a protobuf-c struct to wire bytes.
enum Packer {
  /// No byte of a struct, or of what hangs on it, becomes more than four on the wire: the worst is
  /// a number of four bytes, with a tag of at most five and a varint of ten; pieces that are copied
  /// as they are come with 16 bytes or more of struct for ten of tag and length.
  private static let growth = 4

  /// Appends the wire bytes of the struct at `c`, all of whose memory is from `arena`.
  ///
  /// Small messages are packed into what is left of the arena, then copied at their size: to ask
  /// protobuf-c for the size first costs half as much again as to pack.
  static func pack(
    _ c: UnsafeRawPointer, in arena: borrowing Arena, appendingTo output: inout [UInt8]
  ) {
    let message = unsafe c.assumingMemoryBound(to: ProtobufCMessage.self)
    guard let room = unsafe arena.unused(atLeast: arena.taken * growth) else {
      return unsafe pack(c, appendingTo: &output)
    }
    let count = unsafe protobuf_c_message_pack(message, room)
    let packed = unsafe UnsafeBufferPointer(start: room, count: count)
    if output.isEmpty { unsafe output = Array(packed) } else { unsafe output += packed }
  }

  /// Appends the wire bytes of the struct at `c`, wherever its memory is from.
  @inline(never)
  static func pack(_ c: UnsafeRawPointer, appendingTo output: inout [UInt8]) {
    let message = unsafe c.assumingMemoryBound(to: ProtobufCMessage.self)
    let count = unsafe protobuf_c_message_get_packed_size(message)
    if output.isEmpty, output.capacity < count {
      unsafe output = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
        unsafe used = protobuf_c_message_pack(message, buffer.baseAddress)
      }
      return
    }
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: count))
    unsafe output.withUnsafeMutableBufferPointer { buffer in
      _ = unsafe protobuf_c_message_pack(message, buffer.baseAddress! + start)
    }
  }
}
