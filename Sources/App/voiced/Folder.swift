internal import Configuration
internal import FoundationEssentials
internal import Glibc

/// Folders and files that only this user can read.
enum Folder {
  static func make(_ path: String, permissions: Int = 0o700) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true,
      attributes: [.posixPermissions: permissions])
  }

  /// The bytes of a file; nil only when there is none. Throws when it cannot be read, since what
  /// nobody can read now may be there again after a repair.
  static func read(_ path: String) throws -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw failure("read", path)
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", path) }
      if count == 0 { return bytes }
      bytes += chunk.prefix(count)
    }
  }

  /// Makes a folder with these files, durably, and whole or not at all. Does nothing when it is
  /// there already with anything in it: nothing is ever replaced, and of several processes at their
  /// first start one is first.
  static func publish(_ path: String, _ files: [(name: String, bytes: [UInt8])]) throws {
    let part = "\(path).\(UInt64.random(in: .min ... .max)).part"
    try make(part)
    defer { try? FileManager.default.removeItem(atPath: part) }
    for file in files { try write(file.bytes, to: part + "/" + file.name) }
    sync(part)
    if rename(part, path) != 0 {
      switch errno {
      case ENOTEMPTY, EEXIST: break
      // A volume that is mounted there, or a link to another folder.
      case EBUSY, ENOTDIR: try fill(path, files)
      default: throw failure("make", path)
      }
    }
    sync(path + "/..")
  }

  /// Puts files into a folder that cannot be replaced; those that are there stay.
  private static func fill(_ path: String, _ files: [(name: String, bytes: [UInt8])]) throws {
    for file in files {
      let part = "\(path)/.\(file.name).\(UInt64.random(in: .min ... .max)).part"
      try write(file.bytes, to: part)
      defer { unlink(part) }
      guard link(part, path + "/" + file.name) == 0 || errno == EEXIST else {
        throw failure("write", path + "/" + file.name)
      }
    }
    sync(path)
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("write", path) }
    let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    guard close(file) == 0, isWritten else { throw failure("write", path) }
  }

  /// A new name is safe only when its folder is.
  private static func sync(_ folder: String) {
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }

  private static func failure(_ verb: String, _ path: String) -> SettingsError {
    SettingsError("cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }
}
