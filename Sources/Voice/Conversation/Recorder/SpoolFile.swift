internal import Glibc

/// A file by its descriptor; every call blocks, so it is used off the loop. The owner closes it.
struct SpoolFile: SpoolSource {
  private let descriptor: CInt

  /// A new file, readable by us alone, whose directory entry is on disk before this returns.
  static func create(_ path: String) throws(RecordingError) -> SpoolFile {
    let file = try SpoolFile(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC)
    do {
      try syncFolder(of: path)
    } catch {
      file.discard(path)
      throw error
    }
    return file
  }

  private static func syncFolder(of path: String) throws(RecordingError) {
    let slash = path.lastIndex(of: "/")
    let folder = try SpoolFile(
      slash.map { String(path[..<$0]) }.flatMap { $0.isEmpty ? "/" : $0 } ?? ".",
      O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { folder.close() }
    try folder.sync()
  }

  static func open(_ path: String, forWriting: Bool) throws(RecordingError) -> SpoolFile {
    try SpoolFile(path, (forWriting ? O_RDWR : O_RDONLY) | O_CLOEXEC)
  }

  private init(_ path: String, _ flags: CInt) throws(RecordingError) {
    descriptor = Glibc.open(path, flags, 0o600)
    if descriptor < 0 { throw Self.failure("open") }
  }

  /// Appends, or writes at `offset`.
  func write(_ bytes: [UInt8], at offset: Int? = nil) throws(RecordingError) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { raw in
        offset.map { pwrite(descriptor, raw.baseAddress, raw.count, off_t($0 + done)) }
          ?? Glibc.write(descriptor, raw.baseAddress, raw.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.failure("write")
      }
      done += count
    }
  }

  func read(_ count: Int, at offset: Int) throws(RecordingError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let got = pread(
          descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
        if got < 0, errno == EINTR { continue }
        failed = got < 0
        if got <= 0 { break }
        filled += got
      }
    }
    if failed { throw Self.failure("read") }
    return bytes
  }

  func truncate(to length: Int) throws(RecordingError) {
    if ftruncate(descriptor, off_t(length)) != 0 { throw Self.failure("truncate") }
  }

  /// The data is on disk, so that a power cut keeps it.
  func sync() throws(RecordingError) {
    if fdatasync(descriptor) != 0 { throw Self.failure("sync") }
  }

  func length() throws(RecordingError) -> Int {
    let end = lseek(descriptor, 0, SEEK_END)
    if end < 0 { throw Self.failure("seek") }
    return Int(end)
  }

  /// How long ago it was written to, by the machine's clock.
  func age() throws(RecordingError) -> Duration {
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw Self.failure("stat") }
    return .seconds(max(0, time(nil) - status.st_mtim.tv_sec))
  }

  func close() { _ = Glibc.close(descriptor) }

  /// Closes a new file of no use, and removes it from `path`.
  func discard(_ path: String) {
    close()
    unlink(path)
  }

  private static func failure(_ call: String) -> RecordingError {
    RecordingError(.file, "\(call) of a recording failed: errno \(errno)")
  }
}
