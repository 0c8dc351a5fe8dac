internal import EventLoop
internal import FoundationEssentials
internal import Glibc

/// Objects as files below one folder, readable by this user only.
///
/// A file appears whole or not at all: it is written as a part, synced, and renamed.
package struct FolderStore: ObjectStore {
  /// Bytes that are read or written at a time.
  fileprivate static let pieceSize = 1 << 20

  private let folder: String
  /// Where files are written; no key has such a segment.
  private var parts: String { folder + "/~parts" }

  /// Objects below `folder`, which is made when it is missing. Parts that a killed process left are removed.
  package init(folder: String) throws(ObjectError) {
    self.folder = folder
    try Self.makeFolders(parts)
    Self.sweep(parts)
  }

  package func put(_ source: some ObjectSource, key: ObjectKey) async throws {
    let path = path(of: key)
    let part = "\(parts)/\(UInt64.random(in: .min ... .max)).part"
    try await blocking {
      try Self.makeFolders(Self.parent(of: path))
      try Self.write(source, to: path, by: part)
    }
  }

  package func open(_ key: ObjectKey) async throws -> any ObjectReader {
    let path = path(of: key)
    return try await blocking { try FolderReader(path, key) }
  }

  package func delete(_ key: ObjectKey) async throws {
    let path = path(of: key)
    try await blocking {
      guard unlink(path) == 0 || errno == ENOENT else { throw Self.failure("delete", key.text) }
    }
  }

  private func path(of key: ObjectKey) -> String { folder + "/" + key.text }
}

extension FolderStore {
  fileprivate static func failure(_ verb: String, _ what: String) -> ObjectError {
    ObjectError(.unavailable, "cannot \(verb) \(what): errno \(errno)")
  }

  private static func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  private static func makeFolders(_ folder: String) throws(ObjectError) {
    if mkdir(folder, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, folder.contains("/") else { throw failure("make folder", folder) }
    try makeFolders(parent(of: folder))
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
      throw failure("make folder", folder)
    }
  }

  /// Seconds after which nobody writes to a part any more.
  private static let partLifetime = 3_600

  private static func sweep(_ parts: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parts)) ?? [] {
      let part = "\(parts)/\(name)"
      var status = stat()
      guard stat(part, &status) == 0 else { continue }
      if status.st_mtim.tv_sec < time(nil) - partLifetime { unlink(part) }
    }
  }

  private static func write(
    _ source: some ObjectSource, to path: String, by part: String
  ) throws {
    do {
      try fill(OutputFile(part, isNew: true), from: source)
    } catch {
      unlink(part)
      throw (error as? EventLoopError).map { ObjectError(.unavailable, $0.message) } ?? error
    }
    guard rename(part, path) == 0 else {
      unlink(part)
      throw failure("write", path)
    }
    syncFolder(parent(of: path))
  }

  private static func fill(_ file: OutputFile, from source: some ObjectSource) throws {
    do {
      try source.forEachPiece(of: pieceSize) { try file.write($0) }
    } catch {
      try? file.close()
      throw error
    }
    try file.close()
  }

  /// A rename is safe only when the folder is.
  private static func syncFolder(_ folder: String) {
    let file = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }
}

/// A file that is read to its end. One that is replaced or deleted meanwhile is read as it was.
private final class FolderReader: ObjectReader {
  private let file: CInt
  private let key: ObjectKey

  /// Blocks.
  init(_ path: String, _ key: ObjectKey) throws(ObjectError) {
    file = open(path, O_RDONLY | O_CLOEXEC)
    self.key = key
    guard file < 0 else { return }
    throw errno == ENOENT
      ? ObjectError(.notFound, "there is no object \(key.text)")
      : FolderStore.failure("open", key.text)
  }

  deinit { if file >= 0 { close(file) } }

  func next() async throws -> [UInt8]? {
    let bytes = try await blocking { try self.read() }
    return bytes.isEmpty ? nil : bytes
  }

  /// Up to a piece; none at the end. Blocks.
  private func read() throws(ObjectError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: FolderStore.pieceSize) { buffer, filled in
      filled = 0
      while filled < buffer.count {
        let count = Glibc.read(file, buffer.baseAddress! + filled, buffer.count - filled)
        if count < 0 && errno == EINTR { continue }
        failed = count < 0
        if count <= 0 { break }
        filled += count
      }
    }
    if failed { throw FolderStore.failure("read", key.text) }
    return bytes
  }
}
