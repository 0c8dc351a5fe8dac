internal import Glibc

/// The files of a site as they lie in a folder. Links are not followed: what is outside stays outside.
package enum SiteFolder {
  /// A site is held in memory, so a folder that is none of ours is refused by its size.
  private static let limit = 32 << 20

  /// Reads everything below `folder`, once, at the start.
  package static func read(_ folder: String) throws(SiteError) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    var total = 0
    try walk(folder, "") { path, bytes throws(SiteError) in
      total += bytes.count
      guard total <= limit else { throw SiteError("it has more than \(limit) bytes") }
      files[path] = bytes
    }
    return files
  }

  private static func walk(
    _ folder: String, _ prefix: String,
    _ found: (String, [UInt8]) throws(SiteError) -> Void
  ) throws(SiteError) {
    for name in try names(folder) where !name.hasPrefix(".") {
      let path = folder + "/" + name
      var status = stat()
      guard lstat(path, &status) == 0 else { throw failure("look at", prefix + name) }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: try walk(path, prefix + name + "/", found)
      case S_IFREG: try found(prefix + name, try bytes(path, prefix + name))
      default: break
      }
    }
  }

  private static func names(_ folder: String) throws(SiteError) -> [String] {
    guard let stream = opendir(folder) else { throw failure("open", "the folder") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      names.append(name)
    }
    return names
  }

  private static func bytes(_ path: String, _ name: String) throws(SiteError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { throw failure("open", name) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= limit {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", name) }
      if count == 0 { break }
      bytes += chunk.prefix(count)
    }
    return bytes
  }

  private static func failure(_ verb: String, _ what: String) -> SiteError {
    SiteError("cannot \(verb) \(what): errno \(errno)")
  }
}
