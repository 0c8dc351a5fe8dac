/// What lies in Redis under a key: an entry of some epoch, or the mark of a drop. Pure.
///
/// `V`, the eight bytes of its epoch, the value; or `T` and eight random bytes. The first nine bytes
/// are what a fill must find unchanged. An entry of another epoch than Redis's own is none: setting a
/// new epoch forgets everything, also what a restored snapshot brings back.
enum FarEntry {
  static let prefixSize = 9
  static let epochSize = 8

  /// An entry.
  static func entry(_ value: [UInt8], epoch: [UInt8]) -> [UInt8] {
    [UInt8(ascii: "V")] + epoch + value
  }

  /// A mark that differs from every other.
  static func mark() -> [UInt8] { [UInt8(ascii: "T")] + randomEpoch() }

  static func randomEpoch() -> [UInt8] {
    withUnsafeBytes(of: UInt64.random(in: .min ... .max)) { Array($0) }
  }

  /// The value of `bytes`, when they are an entry of `epoch`.
  static func value(_ bytes: [UInt8], epoch: [UInt8]) -> [UInt8]? {
    guard bytes.count >= prefixSize, bytes[0] == UInt8(ascii: "V"),
      bytes[1..<prefixSize] == epoch[...]
    else { return nil }
    return Array(bytes[prefixSize...])
  }

  /// What a fill compares; empty where nothing is.
  static func prefix(_ bytes: [UInt8]?) -> [UInt8] { Array((bytes ?? []).prefix(prefixSize)) }
}
