/// Exotel's spellings of a phone number.
enum ExotelNumbers {
  /// An ExoPhone as `CallerId` wants it: Indian numbers 0-prefixed, others unchanged.
  static func callerID(_ e164: String) -> String {
    e164.hasPrefix("+91") && e164.utf8.count == 13 ? "0" + e164.dropFirst(3) : e164
  }

  /// Any form Exotel uses in answers and callbacks, as E.164; what is no Indian number stays as it is.
  static func normalized(_ number: String) -> String {
    let digits = String(number.filter { $0 != " " && $0 != "-" })
    for (prefix, count) in [("+91", 13), ("91", 12), ("0", 11), ("", 10)]
    where digits.hasPrefix(prefix) && digits.utf8.count == count {
      let national = digits.dropFirst(prefix.count)
      if national.utf8.allSatisfy({ (48...57).contains($0) }) { return "+91" + national }
    }
    return digits
  }
}
