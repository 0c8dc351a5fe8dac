internal import Glibc

/// The few file operations the cluster needs, with errors that name the path.
enum FileSystem {
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// The names in a folder, without dots; none when it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Makes a folder and those above it; the last one gets `mode`, others 0755.
  static func makeFolder(_ path: String, mode: mode_t) throws(PostgresError) {
    var made = ""
    let parts = path.split(separator: "/")
    for (index, part) in parts.enumerated() {
      made += (index == 0 && !path.hasPrefix("/") ? "" : "/") + part
      let isLast = index == parts.count - 1
      if unsafe mkdir(made, isLast ? mode : 0o755) != 0, errno != EEXIST {
        throw failure("make folder \(made)")
      }
    }
  }

  static func setOwner(_ path: String, to account: Account) throws(PostgresError) {
    if unsafe chown(path, account.user, account.group) != 0 {
      throw failure("change the owner of \(path)")
    }
  }

  static func rename(_ old: String, to new: String) throws(PostgresError) {
    if unsafe Glibc.rename(old, new) != 0 { throw failure("rename \(old) to \(new)") }
  }

  /// The whole text of a small file; nil when it is missing.
  static func read(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { Glibc.close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// Writes a small file and makes it durable before it gets its name.
  static func write(_ text: String, to path: String) throws(PostgresError) {
    let temporary = path + ".new"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("write \(temporary)") }
    let bytes = Array(text.utf8)
    let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
    let synced = fsync(descriptor) == 0
    Glibc.close(descriptor)
    guard count == bytes.count, synced else { throw failure("write \(temporary)") }
    try rename(temporary, to: path)
  }

  /// Removes a folder and all in it, or a file; what cannot be removed stays.
  static func remove(_ path: String) {
    if unsafe unlink(path) == 0 || errno == ENOENT { return }
    for name in names(in: path) { remove(path + "/" + name) }
    unsafe rmdir(path)
  }

  /// The path without links and dots; nil when it does not exist.
  static func canonical(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// What a symbolic link says; nil when it cannot be read.
  static func link(_ path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink(path, &bytes, bytes.count)
    guard count >= 0 else { return nil }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func failure(_ attempt: String) -> PostgresError {
    let reason = unsafe String(cString: strerror(errno))
    return PostgresError(.embedded, "cannot \(attempt): \(reason)")
  }
}
