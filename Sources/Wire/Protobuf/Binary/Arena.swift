internal import CProtobufC
internal import Glibc

/// Memory that is taken piece by piece and given back at once, with a budget.
///
/// protobuf-c unpacks into it through ``allocator``, so a hostile message fails with a null pointer
/// in place of taking hundreds of megabytes. Not thread-safe.
@safe
struct Arena: ~Copyable {
  /// Lives at the head of the first block.
  @safe
  struct State {
    var allocator: ProtobufCAllocator
    var cursor: UnsafeMutableRawPointer
    var end: UnsafeMutableRawPointer
    var blocks: UnsafeMutableRawPointer?
    var nextBlock: Int
    var remaining: Int
    var isExhausted: Bool
    let firstSize: Int
    let budget: Int
  }

  /// Size of the block each thread keeps for its next arena: an allocation beyond what malloc caches
  /// per thread costs as much as decoding a small message, and makes malloc tidy its bins besides.
  private static let keptSize = 16 * 1024

  let state: UnsafeMutablePointer<State>

  /// An arena with room for `capacity` bytes at once and `budget` bytes in all.
  init(capacity: Int, budget: Int) {
    let header = (MemoryLayout<State>.stride + 15) & ~15
    let size = max(header + capacity, Self.keptSize)
    guard let block = unsafe Self.firstBlock(size) else { fatalError("out of memory") }
    unsafe state = block.bindMemory(to: State.self, capacity: 1)
    let allocator = unsafe ProtobufCAllocator(
      alloc: { data, size in unsafe Arena.allocate(data, size) },
      free: { _, _ in },
      allocator_data: UnsafeMutableRawPointer(state))
    unsafe state.initialize(
      to: State(
        allocator: allocator, cursor: block + header, end: block + size, blocks: nil,
        nextBlock: size * 2, remaining: budget, isExhausted: false, firstSize: size,
        budget: budget))
  }

  private static func firstBlock(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size == keptSize, let kept = unsafe keptBlock(), let block = unsafe kept.pointee else {
      return unsafe malloc(size)
    }
    unsafe kept.pointee = nil
    return unsafe block
  }

  /// Where this thread keeps a block; nil when memory is out.
  private static func keptBlock() -> UnsafeMutablePointer<UnsafeMutableRawPointer?>? {
    let key = keptBlockKey
    if let known = unsafe pthread_getspecific(key) {
      return unsafe known.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    }
    guard let made = unsafe calloc(1, MemoryLayout<UnsafeMutableRawPointer?>.size) else {
      return nil
    }
    unsafe pthread_setspecific(key, made)
    return unsafe made.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  deinit {
    var block = unsafe state.pointee.blocks
    while let this = unsafe block {
      unsafe block = this.load(as: UnsafeMutableRawPointer?.self)
      unsafe free(this)
    }
    if unsafe state.pointee.firstSize == Self.keptSize, let kept = unsafe Self.keptBlock(),
      unsafe kept.pointee == nil
    {
      unsafe kept.pointee = UnsafeMutableRawPointer(state)
    } else {
      unsafe free(state)
    }
  }

  /// For protobuf-c; valid as long as the arena.
  var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
    unsafe UnsafeMutableRawPointer(state).assumingMemoryBound(to: ProtobufCAllocator.self)
  }

  /// Whether an allocation was refused for the budget.
  var isExhausted: Bool { unsafe state.pointee.isExhausted }

  /// Bytes taken so far.
  var taken: Int { unsafe state.pointee.budget - state.pointee.remaining }

  /// Memory that is not taken, at least `size` bytes of it, holding anything; nil when the current
  /// block has less left. Good until the next allocation.
  func unused(atLeast size: Int) -> UnsafeMutablePointer<UInt8>? {
    guard unsafe state.pointee.end - state.pointee.cursor >= size else { return nil }
    return unsafe state.pointee.cursor.assumingMemoryBound(to: UInt8.self)
  }

  /// `size` bytes aligned to 16, or nil beyond the budget. The bytes hold anything.
  func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    unsafe Arena.take(state, size)
  }

  private static func allocate(
    _ data: UnsafeMutableRawPointer?, _ size: Int
  ) -> UnsafeMutableRawPointer? {
    guard let state = unsafe data?.assumingMemoryBound(to: State.self) else { return nil }
    return unsafe take(state, size)
  }

  @inline(__always)
  static func take(_ state: UnsafeMutablePointer<State>, _ size: Int) -> UnsafeMutableRawPointer? {
    guard size >= 0, size < 1 << 40 else { return nil }
    let rounded = (size + 15) & ~15
    guard unsafe state.pointee.remaining >= rounded else {
      unsafe state.pointee.isExhausted = true
      return nil
    }
    unsafe state.pointee.remaining -= rounded
    let start = unsafe state.pointee.cursor
    guard unsafe state.pointee.end - start >= rounded else { return unsafe grow(state, rounded) }
    unsafe state.pointee.cursor = start + rounded
    return unsafe start
  }

  @inline(never)
  private static func grow(
    _ state: UnsafeMutablePointer<State>, _ size: Int
  ) -> UnsafeMutableRawPointer? {
    let room = unsafe max(state.pointee.nextBlock, size + 16)
    guard let block = unsafe malloc(room) else { return nil }
    unsafe block.storeBytes(of: state.pointee.blocks, as: UnsafeMutableRawPointer?.self)
    unsafe state.pointee.blocks = block
    unsafe state.pointee.cursor = block + 16 + size
    unsafe state.pointee.end = block + room
    unsafe state.pointee.nextBlock = min(room * 2, 1 << 20)
    return unsafe block + 16
  }
}

/// Of the place of the block that waits for the thread's next arena; both are freed with the thread.
private let keptBlockKey: pthread_key_t = {
  var key = pthread_key_t()
  let status = unsafe pthread_key_create(&key) { place in
    unsafe free(place?.load(as: UnsafeMutableRawPointer?.self))
    unsafe free(place)
  }
  precondition(status == 0, "the system has no thread-local keys left")
  return key
}()
