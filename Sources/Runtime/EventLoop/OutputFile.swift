internal import Glibc

/// A file for this user only that is written from its beginning. Every call blocks, so none is for a loop that carries
/// calls. Errors say what the system said of the path.
package struct OutputFile: Sendable {
  private let path: String
  private let descriptor: CInt

  /// Opens it empty; it must not be there before when it `isNew`.
  package init(_ path: String, isNew: Bool = false) throws(EventLoopError) {
    self.path = path
    descriptor = unsafe open(
      path, O_WRONLY | O_CREAT | O_CLOEXEC | (isNew ? O_EXCL : O_TRUNC), 0o600)
    if descriptor < 0 { throw failure }
  }

  /// Writes all of it.
  package func write(_ bytes: [UInt8]) throws(EventLoopError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes[done...].withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure }
      done += count
    }
  }

  /// What was written is there for good afterwards; once.
  package func close() throws(EventLoopError) {
    // What is no file, as /dev/stdout, cannot be synchronised.
    let isKept = fsync(descriptor) == 0 || errno == EINVAL
    let code = errno
    guard Glibc.close(descriptor) == 0 else { throw failure }
    guard isKept else { throw EventLoopError(errno: code, "cannot write \(path)") }
  }

  /// Leaves nothing behind of a file that was cut short; what is no file stays.
  package func remove() {
    var status = stat()
    if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG { unsafe unlink(path) }
  }

  private var failure: EventLoopError { EventLoopError(errno: errno, "cannot write \(path)") }
}
