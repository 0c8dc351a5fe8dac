internal import Glibc

/// Fills protobuf-c structs from Swift values; used by generated code only.
@safe
public struct MessageWriter {
  private let arena: UnsafeMutablePointer<Arena.State>
  private var depth = 0
  /// The first thing that went wrong.
  public private(set) var failure: ProtobufError?

  init(_ arena: borrowing Arena) { unsafe self.arena = arena.state }

  /// Deepest nesting a message may be written with, as deep as one may be read.
  static let maximumDepth = 100

  /// Memory for `count` values of a type, holding anything; valid until the message is written.
  @inlinable
  public mutating func allocate<T>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
    let memory = unsafe allocate(bytes: count * MemoryLayout<T>.stride)
    return unsafe memory.bindMemory(to: type, capacity: count)
  }

  /// Memory of `count` bytes, aligned to 16.
  public mutating func allocate(bytes count: Int) -> UnsafeMutableRawPointer {
    guard let memory = unsafe Arena.take(arena, count) else { fatalError("out of memory") }
    return unsafe memory
  }

  /// A copy of the text's UTF-8.
  public mutating func string(_ text: String) -> (UnsafeMutablePointer<UInt8>?, Int) {
    let count = text.utf8.count
    guard count > 0 else { return (nil, 0) }
    let target = unsafe allocate(UInt8.self, count)
    // Nothing but the copy happens inside, or the text would be retained for it.
    let copied: Void? = unsafe text.utf8.withContiguousStorageIfAvailable { source in
      _ = unsafe memcpy(target, source.baseAddress!, source.count)
    }
    if copied == nil {
      _ = unsafe UnsafeMutableBufferPointer(start: target, count: count).initialize(from: text.utf8)
    }
    return unsafe (target, count)
  }

  /// A copy of the bytes.
  public mutating func bytes(_ bytes: [UInt8]) -> (UnsafeMutablePointer<UInt8>?, Int) {
    guard !bytes.isEmpty else { return (nil, 0) }
    let target = unsafe allocate(UInt8.self, bytes.count)
    unsafe bytes.withUnsafeBufferPointer { source in
      _ = unsafe memcpy(target, source.baseAddress!, source.count)
    }
    return unsafe (target, bytes.count)
  }

  /// A filled struct for `message`, or nil when it is nested too deep (then `failure` is set).
  @inlinable @inline(__always)
  public mutating func message<M: Message, C>(
    _ message: M, as type: C.Type
  ) -> UnsafeMutablePointer<C>? {
    guard enter() else { return nil }
    let c = unsafe allocate(type, 1)
    unsafe message.fill(unsafeC: UnsafeMutableRawPointer(c), &self)
    leave()
    return unsafe c
  }

  /// Goes one level down; false when that is too deep.
  public mutating func enter() -> Bool {
    guard depth < Self.maximumDepth else {
      let text = "message is nested more than \(Self.maximumDepth) levels deep"
      if failure == nil { failure = ProtobufError(.tooDeep, text) }
      return false
    }
    depth += 1
    return true
  }

  /// Comes back from ``enter()``.
  public mutating func leave() { depth -= 1 }

  /// Hangs unknown fields into the protobuf-c message at `c`.
  @inline(__always)
  public mutating func unknownFields(_ fields: UnknownFields, _ c: UnsafeMutableRawPointer) {
    if !fields.isEmpty { unsafe attach(fields, c) }
  }

  @inline(never)
  private mutating func attach(_ fields: UnknownFields, _ c: UnsafeMutableRawPointer) {
    let (data, count) = unsafe bytes(fields.bytes)
    let memory = unsafe allocate(UInt8.self, CMessage.unknownFieldSize)
    guard unsafe CMessage.attachUnknown(data, count, memory, to: c) else {
      failure = ProtobufError(.unrepresentable, "unknown fields do not begin with a field tag")
      return
    }
  }
}
