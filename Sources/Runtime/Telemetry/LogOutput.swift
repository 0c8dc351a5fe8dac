internal import Glibc
internal import Synchronization

/// Standard error, line by line: lines of different threads do not mix, and those that may wait go
/// out together. What waits is lost when the process is killed, so it may not wait for long.
package enum LogOutput {
  /// When a line goes out.
  enum Urgency {
    /// Before `write` returns, with all that waits.
    case now
    /// By the next `flush()`, or once `capacity` is reached.
    case later
  }

  /// Bytes that wait at most.
  private static let capacity = 1 << 16
  private static let waiting = Mutex<[UInt8]>([])

  static func write(_ line: [UInt8], _ urgency: Urgency = .now) {
    waiting.withLock { waiting in
      waiting.append(contentsOf: line)
      if urgency == .now || waiting.count >= capacity { writeAll(&waiting) }
    }
  }

  /// Writes what waits. Any thread; costs a lock when nothing does.
  package static func flush() {
    waiting.withLock { waiting in
      if !waiting.isEmpty { writeAll(&waiting) }
    }
  }

  /// Waits while standard error is a full pipe; gives up on one that is closed.
  private static func writeAll(_ bytes: inout [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = Glibc.write(2, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
      }
    }
    bytes.removeAll(keepingCapacity: true)
  }
}
