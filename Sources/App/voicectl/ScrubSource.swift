internal import Compliance
internal import Glibc

/// A scrub file, read piece by piece.
struct ScrubSource {
  private static let pieceSize = 65_536

  private let path: String
  private let polarity: ScrubPolarity

  /// Throws for what is no file.
  init(_ path: String, _ polarity: ScrubPolarity) throws {
    self.path = path
    self.polarity = polarity
    var status = stat()
    guard stat(path, &status) == 0 else { throw Self.failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CommandFailure(description: "\(path) is no file")
    }
  }

  /// Reads all of it from the beginning; `each` has at most `ScrubStore.batch` numbers at a time. The SHA-256 and
  /// how many numbers there are; throws for the first line that is wrong.
  func read(
    _ each: ([ScrubbedNumber]) async throws -> Void
  ) async throws -> (digest: [UInt8], count: Int) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Self.failure(path) }
    defer { close(file) }
    var reader = try ScrubReader(polarity)
    var waiting: [ScrubbedNumber] = []
    do {
      while let piece = try piece(of: file) {
        let numbers = try reader.read(piece)
        if waiting.count + numbers.count > ScrubStore.batch {
          try await each(waiting)
          waiting = []
        }
        waiting += numbers
      }
      waiting += try reader.readLast()
    } catch let fault as ScrubFault {
      throw CommandFailure(description: "\(path) is refused: \(fault)")
    }
    try await each(waiting)
    let count = reader.count
    return (reader.finish(), count)
  }

  private func piece(of file: CInt) throws -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: Self.pieceSize)
    while true {
      let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(path) }
      guard count > 0 else { return nil }
      bytes.removeLast(bytes.count - count)
      return bytes
    }
  }

  private static func failure(_ path: String) -> CommandFailure {
    CommandFailure(description: "cannot read \(path): \(String(cString: strerror(errno)))")
  }
}
