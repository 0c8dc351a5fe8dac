internal import Configuration
internal import FoundationEssentials
internal import Glibc
internal import TLS

/// The keys of this installation, all derived from one master key in a file of the data folder.
struct Keyring {
  private let master: [UInt8]

  /// Reads `keys/master.key`, or makes it: 32 random bytes that only this user can read.
  init(folder: String) throws {
    let path = folder + "/keys/master.key"
    if let data = FileManager.default.contents(atPath: path) {
      guard data.count == 32 else {
        throw SettingsError("\(path) has \(data.count) bytes; a master key has 32")
      }
      master = Array(data)
      return
    }
    master = RandomBytes.generate(32)
    try Folder.make(folder + "/keys")
    try Folder.write(master, to: path)
  }

  /// The key for one purpose, 32 bytes.
  func key(_ purpose: String) -> [UInt8] {
    Digest.hmacSHA256(key: master, Array("payaid-voice:\(purpose):v1".utf8))
  }
}

/// Folders and files that only this user can read.
enum Folder {
  static func make(_ path: String, permissions: Int = 0o700) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true,
      attributes: [.posixPermissions: permissions])
  }

  /// Writes a new file; one that appeared meanwhile is replaced whole.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let part = path + ".part"
    try? FileManager.default.removeItem(atPath: part)
    guard
      FileManager.default.createFile(
        atPath: part, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
    else { throw SettingsError("cannot write \(path)") }
    guard rename(part, path) == 0 else { throw SettingsError("cannot write \(path)") }
  }
}
