internal import Glibc

/// An enum's names and numbers.
@safe
public final class EnumType: Sendable {
  /// One name of an enum.
  public struct Value: Sendable {
    /// As the proto file spells it.
    public let name: String
    /// The number on the wire.
    public let number: Int32
  }

  /// With package and enclosing messages, without a leading dot.
  public let fullName: String
  /// In the order they are declared; aliases included.
  public let values: [Value]
  /// Where the first value of a number is.
  private let places: [Int32: Int]
  private let numbers: [String: Int32]
  /// The names as they stand in JSON, in memory of their own: see ``FieldType/jsonKey``.
  private nonisolated(unsafe) let spellings: [UnsafeBufferPointer<UInt8>]

  init(fullName: String, values: [Value]) {
    self.fullName = fullName
    self.values = values
    places = Dictionary(
      values.enumerated().map { ($1.number, $0) }, uniquingKeysWith: { first, _ in first })
    numbers = Dictionary(values.map { ($0.name, $0.number) }, uniquingKeysWith: { a, _ in a })
    unsafe spellings = unsafe values.map { unsafe .copy(of: $0.name.utf8) }
  }

  deinit { unsafe spellings.forEach { unsafe $0.deallocate() } }

  /// The first name declared for a number.
  public func name(of number: Int32) -> String? { places[number].map { values[$0].name } }

  /// The number of a name, exact in case.
  public func number(named name: String) -> Int32? { numbers[name] }

  /// The number of a name; in a small enum found without making a String of it.
  func number(named name: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard values.count <= 16, let start = name.baseAddress else {
      return numbers[unsafe String(decoding: name, as: UTF8.self)]
    }
    for index in values.indices {
      let spelling = unsafe spellings[index]
      if unsafe spelling.count == name.count
        && memcmp(spelling.baseAddress!, start, name.count) == 0
      {
        return values[index].number
      }
    }
    return nil
  }

  /// The first name declared for a number, as bytes; valid while the type lives.
  func spelling(of number: Int32) -> UnsafeBufferPointer<UInt8>? {
    let place = values.count <= 16 ? values.firstIndex { $0.number == number } : places[number]
    return unsafe place.map { unsafe spellings[$0] }
  }
}
