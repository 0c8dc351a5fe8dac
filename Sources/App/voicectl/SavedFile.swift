internal import Glibc
internal import RPCCore
internal import Schema

/// A file that comes in parts.
enum SavedFile {
  /// Writes the parts to `path` as they come, for this user only. What is cut short does not stay.
  static func write(_ parts: ClientResponses<Google.Api.HttpBody>, to path: String) async throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure(path) }
    do {
      for try await part in parts { try write(part.data, to: file, path) }
    } catch {
      // Not where it is no file, as /dev/stdout.
      var status = stat()
      if fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG { unlink(path) }
      close(file)
      throw error
    }
    guard close(file) == 0 else { throw failure(path) }
  }

  private static func write(_ bytes: [UInt8], to file: CInt, _ path: String) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(path) }
      done += count
    }
  }

  private static func failure(_ path: String) -> CommandFailure {
    CommandFailure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
  }
}
