internal import Glibc
internal import Synchronization

/// Whole pages for the two large blocks that each nghttp2 session takes: its table of streams, 4 KiB,
/// and the buffer it makes frames in, a little over 16 KiB.
///
/// An idle connection touches little of them, but from malloc they share pages with what is in use.
/// Here each begins on a page of its own in one reservation of address space, so that what nobody
/// has touched, or `discard` gave back, takes no memory: 10,000 idle connections spare 80 MB.
@safe
enum PageBlocks {
  private static let pageSize = 4096
  /// Sessions that find room; further ones use malloc.
  private static let capacity = 1 << 18
  /// Freed blocks of a kind that keep their pages, for connections that come and go.
  private static let keptLimit = 64

  /// What a block is for.
  private enum Kind: CaseIterable {
    case streamTable, frameBuffer

    var size: Int { self == .streamTable ? pageSize : 5 * pageSize }
    /// Where blocks of the kind begin in the reservation.
    var offset: Int { self == .streamTable ? 0 : Kind.streamTable.size * capacity }

    /// The kind for a request of `size` bytes, if it fills one nearly.
    init?(fitting size: Int) {
      switch size {
      case 3 * pageSize / 4 + 1...pageSize: self = .streamTable
      case 4 * pageSize + 1...5 * pageSize: self = .frameBuffer
      default: return nil
      }
    }
  }

  /// The blocks of one kind that nobody uses, as indices.
  private struct Free {
    /// Untouched, or given back to the system: all zero.
    var clean: [Int32] = []
    /// Still with their pages.
    var kept: [Int32] = []
    /// From here on no block has been used yet.
    var next: Int32 = 0
  }

  private static let free = Mutex<[Kind: Free]>([.streamTable: Free(), .frameBuffer: Free()])

  /// Bytes of the reservation.
  static let reserved = Kind.allCases.reduce(0) { $0 + $1.size * capacity }

  /// Where the reservation begins; 0 when the system would not give it.
  static let base: UInt = {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let start = unsafe mmap(nil, reserved, PROT_READ | PROT_WRITE, flags, -1, 0),
      unsafe start != MAP_FAILED
    else { return 0 }
    // A huge page would bring 2 MiB in for the first byte.
    _ = unsafe madvise(start, reserved, MADV_NOHUGEPAGE)
    return UInt(bitPattern: start)
  }()

  /// A block of at least `size` bytes and whether it is all zero; nil when malloc is to be asked.
  static func take(_ size: Int) -> (block: UnsafeMutableRawPointer, isZero: Bool)? {
    guard let kind = Kind(fitting: size), base != 0 else { return nil }
    let found = free.withLock { free -> (index: Int32, isZero: Bool)? in
      if let kept = free[kind]?.kept.popLast() { return (kept, false) }
      if let clean = free[kind]?.clean.popLast() { return (clean, true) }
      guard let next = free[kind]?.next, next < capacity else { return nil }
      free[kind]?.next += 1
      return (next, true)
    }
    guard let found else { return nil }
    let address = base + UInt(kind.offset + Int(found.index) * kind.size)
    return unsafe UnsafeMutableRawPointer(bitPattern: address).map {
      unsafe (block: $0, found.isZero)
    }
  }

  /// Whether `take` gave the block; `base` is ``base``, read once.
  @inline(__always)
  static func owns(_ block: UnsafeMutableRawPointer, _ base: UInt) -> Bool {
    base != 0 && UInt(bitPattern: block) &- base < UInt(bitPattern: reserved)
  }

  /// Bytes of a block that `take` gave.
  static func size(_ block: UnsafeMutableRawPointer) -> Int { unsafe kind(block).size }

  private static func kind(_ block: UnsafeMutableRawPointer) -> Kind {
    UInt(bitPattern: block) - base < UInt(Kind.frameBuffer.offset) ? .streamTable : .frameBuffer
  }

  /// Takes back a block that `take` gave.
  static func give(back block: UnsafeMutableRawPointer) {
    let kind = unsafe kind(block)
    let index = Int32((Int(UInt(bitPattern: block) - base) - kind.offset) / kind.size)
    let isKept = free.withLock { free in
      guard let kept = free[kind]?.kept.count, kept < keptLimit else { return false }
      free[kind]?.kept.append(index)
      return true
    }
    if isKept { return }
    unsafe discard(block)
    free.withLock { $0[kind]?.clean.append(index) }
  }

  /// Gives the pages of a block in use back to the system: it holds zeros afterwards.
  static func discard(_ block: UnsafeMutableRawPointer) {
    _ = unsafe madvise(block, size(block), MADV_DONTNEED)
  }
}
