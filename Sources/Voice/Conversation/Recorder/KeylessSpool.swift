/// A spool that nobody writes to any more, without the wrapped key in its head: for a place where that is
/// kept elsewhere, as whoever has these bytes, and even the master key, cannot read them.
package final class KeylessSpool: Sendable {
  private let file: SpoolFile
  /// What stands in the place of the first `replaced` bytes of the file.
  private let head: [UInt8]
  private let replaced: Int
  /// Bytes of all of it.
  package let count: Int

  /// Throws `header` for a file without a whole head. Blocks.
  package init(path: String) throws(RecordingError) {
    let file = try SpoolFile.open(path, forWriting: false)
    do throws(RecordingError) {
      (head, replaced) = try SpoolHeader.withoutKey(file.read(SpoolHeader.largestSize, at: 0))
      count = try file.length() - replaced + head.count
    } catch {
      file.close()
      throw error
    }
    self.file = file
  }

  deinit { file.close() }

  /// The bytes of `range`, which lies within ``count``. Blocks.
  package func read(_ range: Range<Int>) throws(RecordingError) -> [UInt8] {
    let rest = max(range.lowerBound, head.count)..<max(range.upperBound, head.count)
    let bytes = try file.read(rest.count, at: rest.lowerBound - head.count + replaced)
    guard bytes.count == rest.count else {
      throw RecordingError(.file, "a recording became shorter while it was read")
    }
    return head[range.clamped(to: head.indices)] + bytes
  }
}
