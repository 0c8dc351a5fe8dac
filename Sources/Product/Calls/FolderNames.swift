internal import Glibc
internal import Objects

/// What a folder has.
enum FolderNames {
  /// The names in it, in no order. Blocks: use it off the loop.
  static func read(_ folder: String) throws(ObjectError) -> [String] {
    guard let directory = opendir(folder) else {
      throw ObjectError(.unavailable, "cannot read the folder of recordings: errno \(errno)")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names
  }
}
