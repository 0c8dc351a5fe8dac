internal import Glibc

/// Memory that is taken piece by piece and given back at once, with a budget.
///
/// All of a struct lies in one, so a hostile message is refused in place of taking hundreds of
/// megabytes. Not thread-safe.
@safe
struct Arena: ~Copyable {
  /// Lives at the head of the first block.
  @safe
  struct State {
    var cursor: UnsafeMutableRawPointer
    var end: UnsafeMutableRawPointer
    var blocks: UnsafeMutableRawPointer?
    var nextBlock: Int
    var remaining: Int
    let firstSize: Int
    let budget: Int
  }

  /// Size of the blocks each thread keeps for its next arenas: an allocation beyond what malloc caches
  /// per thread costs as much as decoding a small message, and makes malloc tidy its bins besides.
  private static let keptSize = 16 * 1024
  /// As many as REST requests that arrive together hold.
  private static let keptCount = 64

  let state: UnsafeMutablePointer<State>

  /// An arena with room for `capacity` bytes at once and `budget` bytes in all.
  init(capacity: Int, budget: Int) {
    let header = (MemoryLayout<State>.stride + 15) & ~15
    let size = max(header + capacity, Self.keptSize)
    guard let block = unsafe Self.firstBlock(size) else { fatalError("out of memory") }
    unsafe state = block.bindMemory(to: State.self, capacity: 1)
    unsafe state.initialize(
      to: State(
        cursor: block + header, end: block + size, blocks: nil,
        nextBlock: size * 2, remaining: budget, firstSize: size,
        budget: budget))
  }

  private static func firstBlock(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size == keptSize, let kept = unsafe KeptBlocks.ofThread(),
      let block = unsafe kept.pointee.first
    else { return unsafe malloc(size) }
    unsafe kept.pointee.first = block.load(as: UnsafeMutableRawPointer?.self)
    unsafe kept.pointee.count -= 1
    return unsafe block
  }

  private static func giveBack(_ block: UnsafeMutableRawPointer, _ size: Int) {
    guard size == keptSize, let kept = unsafe KeptBlocks.ofThread(),
      unsafe kept.pointee.count < keptCount
    else { return unsafe free(block) }
    unsafe block.storeBytes(of: kept.pointee.first, as: UnsafeMutableRawPointer?.self)
    unsafe kept.pointee.first = unsafe block
    unsafe kept.pointee.count += 1
  }

  deinit {
    var block = unsafe state.pointee.blocks
    while let this = unsafe block {
      unsafe block = this.load(as: UnsafeMutableRawPointer?.self)
      unsafe free(this)
    }
    unsafe Self.giveBack(UnsafeMutableRawPointer(state), state.pointee.firstSize)
  }

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

  @inline(__always)
  static func take(_ state: UnsafeMutablePointer<State>, _ size: Int) -> UnsafeMutableRawPointer? {
    guard size >= 0, size < 1 << 40 else { return nil }
    let rounded = (size + 15) & ~15
    guard unsafe state.pointee.remaining >= rounded else { return nil }
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

/// Blocks of one size that a thread keeps; each begins with the pointer to the next.
@safe
private struct KeptBlocks {
  var first: UnsafeMutableRawPointer?
  var count = 0

  /// Those of this thread; nil when memory is out.
  static func ofThread() -> UnsafeMutablePointer<KeptBlocks>? {
    let key = Self.key
    if let known = unsafe pthread_getspecific(key) {
      return unsafe known.assumingMemoryBound(to: KeptBlocks.self)
    }
    guard let memory = unsafe calloc(1, MemoryLayout<KeptBlocks>.size) else { return nil }
    unsafe pthread_setspecific(key, memory)
    return unsafe memory.assumingMemoryBound(to: KeptBlocks.self)
  }

  /// Freed with the thread.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = unsafe pthread_key_create(&key) { memory in
      var block = unsafe memory?.assumingMemoryBound(to: KeptBlocks.self).pointee.first
      while let this = unsafe block {
        unsafe block = this.load(as: UnsafeMutableRawPointer?.self)
        unsafe free(this)
      }
      unsafe free(memory)
    }
    precondition(status == 0, "the system has no thread-local keys left")
    return key
  }()
}
