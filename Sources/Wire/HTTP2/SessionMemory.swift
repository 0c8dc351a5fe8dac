internal import CNghttp2
internal import Glibc

/// Memory for nghttp2 that a thread's sessions share and reuse.
///
/// Calls that arrive together free their frames and streams together, more of them than malloc keeps
/// at hand per thread; from then on it merges and splits chunks. With 8 connections of 32 calls this
/// takes 1,350 of 64,000 instructions off a call. Blocks of up to 512 bytes wait in a list per size,
/// at most 512 KiB a thread in all. The large blocks of a session are ``PageBlocks``.
@safe
enum SessionMemory {
  /// In front of each block; keeps what follows aligned as malloc would.
  private static let headerSize = 16
  private static let step = 64
  private static let classes = 8
  private static let keptLimit = 512 * 1024

  /// The lists of one thread.
  @safe
  struct Lists {
    /// The first free block of each size; a free block begins with the pointer to the next.
    var heads: InlineArray<8, UnsafeMutableRawPointer?> = unsafe .init(repeating: nil)
    var kept = 0
    /// ``PageBlocks/base``, where it is found without a lock.
    let pages = PageBlocks.base
  }

  /// Lends the functions for the session of `core` to `body`; nghttp2 copies them.
  static func withFunctions<R>(
    _ core: UnsafeMutablePointer<SessionCore>, _ body: (UnsafeMutablePointer<nghttp2_mem>) -> R
  ) -> R {
    var functions = unsafe nghttp2_mem(
      mem_user_data: core,
      malloc: { size, core in unsafe SessionMemory.allocate(size, SessionMemory.lists(core)) },
      free: { block, core in unsafe SessionMemory.free(block, SessionMemory.lists(core)) },
      calloc: { count, size, core in
        let (total, overflows) = count.multipliedReportingOverflow(by: size)
        if overflows { return nil }
        if let (block, isZero) = unsafe PageBlocks.take(total) {
          return unsafe isZero ? block : memset(block, 0, total)
        }
        return unsafe SessionMemory.allocate(total, SessionMemory.lists(core)).map {
          unsafe memset($0, 0, total)
        }
      },
      realloc: { block, size, core in
        let moved = unsafe SessionMemory.reallocate(block, size, SessionMemory.lists(core))
        if unsafe block == nil, let core = unsafe core, let moved = unsafe moved {
          unsafe SessionMemory.note(buffer: moved, core)
        }
        return unsafe moved
      })
    return unsafe withUnsafeMutablePointer(to: &functions) { unsafe body($0) }
  }

  /// The first buffer of a session is what it makes frames in.
  private static func note(
    buffer block: UnsafeMutableRawPointer, _ core: UnsafeMutableRawPointer
  ) {
    let core = unsafe core.assumingMemoryBound(to: SessionCore.self)
    guard unsafe core.pointee.frameBuffer == nil, unsafe PageBlocks.owns(block, PageBlocks.base)
    else { return }
    unsafe core.pointee.frameBuffer = unsafe block
  }

  private static func allocate(
    _ size: Int, _ lists: UnsafeMutablePointer<Lists>
  ) -> UnsafeMutableRawPointer? {
    let index = (size + step - 1) / step - 1
    guard index >= 0, index < classes else {
      return unsafe PageBlocks.take(size)?.block ?? plain(size, index: classes)
    }
    guard let block = unsafe lists.pointee.heads[index] else {
      return unsafe plain((index + 1) * step, index: index)
    }
    unsafe lists.pointee.heads[index] = unsafe block.load(as: UnsafeMutableRawPointer?.self)
    unsafe lists.pointee.kept -= (index + 1) * step
    return unsafe block
  }

  private static func plain(_ size: Int, index: Int) -> UnsafeMutableRawPointer? {
    guard let memory = unsafe Glibc.malloc(headerSize + size) else { return nil }
    unsafe memory.storeBytes(of: index, as: Int.self)
    return unsafe memory + headerSize
  }

  private static func free(
    _ block: UnsafeMutableRawPointer?, _ lists: UnsafeMutablePointer<Lists>
  ) {
    guard let block = unsafe block else { return }
    if unsafe PageBlocks.owns(block, lists.pointee.pages) {
      return unsafe PageBlocks.give(back: block)
    }
    let memory = unsafe block - headerSize
    let index = unsafe memory.load(as: Int.self)
    guard index < classes, unsafe lists.pointee.kept < keptLimit else {
      return unsafe Glibc.free(memory)
    }
    unsafe block.storeBytes(of: lists.pointee.heads[index], as: UnsafeMutableRawPointer?.self)
    unsafe lists.pointee.heads[index] = unsafe block
    unsafe lists.pointee.kept += (index + 1) * step
  }

  private static func reallocate(
    _ block: UnsafeMutableRawPointer?, _ size: Int, _ lists: UnsafeMutablePointer<Lists>
  ) -> UnsafeMutableRawPointer? {
    guard let block = unsafe block else { return unsafe allocate(size, lists) }
    let room: Int
    if unsafe PageBlocks.owns(block, PageBlocks.base) {
      room = unsafe PageBlocks.size(block)
    } else {
      let memory = unsafe block - headerSize
      let index = unsafe memory.load(as: Int.self)
      if index >= classes {
        return unsafe Glibc.realloc(memory, headerSize + size).map { unsafe $0 + headerSize }
      }
      room = (index + 1) * step
    }
    guard size > room else { return unsafe block }
    guard let larger = unsafe allocate(size, lists) else { return nil }
    unsafe memcpy(larger, block, room)
    unsafe free(block, lists)
    return unsafe larger
  }

  /// The lists to use on behalf of the session of `core`.
  @inline(__always)
  private static func lists(_ core: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<Lists> {
    unsafe core?.assumingMemoryBound(to: SessionCore.self).pointee.memory ?? lists()
  }

  /// The lists of this thread.
  static func lists() -> UnsafeMutablePointer<Lists> {
    if let known = unsafe pthread_getspecific(listsKey) {
      return unsafe known.assumingMemoryBound(to: Lists.self)
    }
    let lists = UnsafeMutablePointer<Lists>.allocate(capacity: 1)
    unsafe lists.initialize(to: Lists())
    unsafe pthread_setspecific(listsKey, lists)
    return unsafe lists
  }

  fileprivate static func discard(_ lists: UnsafeMutablePointer<Lists>) {
    for index in 0..<classes {
      while let block = unsafe lists.pointee.heads[index] {
        unsafe lists.pointee.heads[index] = unsafe block.load(as: UnsafeMutableRawPointer?.self)
        unsafe Glibc.free(block - headerSize)
      }
    }
    unsafe lists.deallocate()
  }
}

/// The lists of a thread; freed with it.
private let listsKey: pthread_key_t = {
  var key = pthread_key_t()
  let status = unsafe pthread_key_create(&key) { lists in
    if let lists = unsafe lists {
      unsafe SessionMemory.discard(lists.assumingMemoryBound(to: SessionMemory.Lists.self))
    }
  }
  precondition(status == 0, "the system has no thread-local keys left")
  return key
}()
