internal import Glibc
internal import Objects

/// Whole small files. Every call blocks: use it off the loop.
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

  static func write(_ bytes: [UInt8], to path: String) throws(ObjectError) {
    guard let file = fopen(path, "wb") else {
      throw ObjectError(.unavailable, "cannot write a recording: errno \(errno)")
    }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
      throw ObjectError(.unavailable, "cannot write a recording: errno \(errno)")
    }
  }
}
