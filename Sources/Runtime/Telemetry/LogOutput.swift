internal import Glibc
internal import Synchronization

/// Standard error, line by line: lines of different threads do not mix.
enum LogOutput {
  private static let turn = Mutex(())

  /// Writes whole lines before it returns. Waits while standard error is a full pipe; gives up on one
  /// that is closed.
  static func write(_ lines: [UInt8]) {
    turn.withLock { _ in
      lines.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
          let written = Glibc.write(
            2, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
          if written < 0, errno == EINTR { continue }
          guard written > 0 else { return }
          rest = rest.dropFirst(written)
        }
      }
    }
  }
}
