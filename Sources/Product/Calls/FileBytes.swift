internal import Glibc
internal import Objects

/// Whole small files, and what a folder has of them. Every call blocks: use it off the loop.
enum FileBytes {
  static func read(_ path: String) throws(ObjectError) -> [UInt8] {
    guard let file = fopen(path, "rb") else {
      throw ObjectError(.unavailable, "cannot open a recording: errno \(errno)")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    guard ferror(file) == 0 else {
      throw ObjectError(.unavailable, "cannot read a recording: errno \(errno)")
    }
    return bytes
  }

  /// The names in a folder, in no order.
  static func names(in folder: String) throws(ObjectError) -> [String] {
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
