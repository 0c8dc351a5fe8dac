internal import EventLoop
internal import Glibc

/// Objects as files below one folder, readable by this user only.
///
/// A file appears whole or not at all: it is written beside its place, synced, and renamed.
package struct FolderStore: ObjectStore {
  private let folder: String

  /// Objects below `folder`, which is made when it is missing.
  package init(folder: String) throws(ObjectError) {
    self.folder = folder
    try Self.makeFolders(folder)
  }

  package func put(_ bytes: [UInt8], key: ObjectKey) async throws {
    let path = path(of: key)
    try await blocking {
      try Self.makeFolders(Self.parent(of: path))
      try Self.write(bytes, to: path)
    }
  }

  package func get(_ key: ObjectKey) async throws -> [UInt8] {
    let path = path(of: key)
    return try await blocking { try Self.read(path, key) }
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
  private static func failure(_ verb: String, _ what: String) -> ObjectError {
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

  private static func write(_ bytes: [UInt8], to path: String) throws(ObjectError) {
    let part = "\(path).\(getpid()).part"
    let file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("create", path) }
    let isWritten = writeAll(bytes, to: file) && fsync(file) == 0
    guard close(file) == 0, isWritten, rename(part, path) == 0 else {
      unlink(part)
      throw failure("write", path)
    }
    syncFolder(parent(of: path))
  }

  private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(file, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// A rename is safe only when the folder is.
  private static func syncFolder(_ folder: String) {
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }

  private static func read(_ path: String, _ key: ObjectKey) throws(ObjectError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw errno == ENOENT
        ? ObjectError(.notFound, "there is no object \(key.text)") : failure("open", key.text)
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", key.text) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }
}
