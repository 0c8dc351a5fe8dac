internal import Domain
internal import TransparencyLog

/// One of the logs that a merchant has had, one behind the other: the first is epoch 1.
struct AuditEpoch: Sendable, Equatable {
  let merchant: MerchantID
  let number: Int64

  /// The bits of an entry's number in the database that its place in the log takes; the epoch is above.
  private static let indexBits: Int64 = 40
  /// The highest epoch that the database takes.
  private static let maximum: Int64 = 1 << 20

  /// What the log is called in its entries and checkpoints: C2SP's origin.
  var name: String {
    "payaid-voice/\(merchant.text)" + (number == 1 ? "" : "/\(number)")
  }

  // MARK: In the database

  /// The number of its first entry.
  var base: Int64 { (number - 1) << Self.indexBits }

  /// Above all numbers of its entries.
  var end: Int64 { number << Self.indexBits }

  /// The number of an entry, or of a checkpoint by its size.
  func position(_ index: Int64) -> Int64 { base + index }

  /// Where a node of its tree is.
  func position(_ place: MerklePlace) -> MerklePlace {
    MerklePlace(
      level: place.level, index: (number - 1) << (Self.indexBits - Int64(place.level)) + place.index
    )
  }

  /// Numbers of the entries of an epoch, of all for 0; `nil` when there can be no such epoch.
  static func positions(of epoch: Int64) -> Range<Int64>? {
    if epoch == 0 { return 0..<Int64.max }
    guard (1...maximum).contains(epoch) else { return nil }
    return (epoch - 1) << indexBits..<epoch << indexBits
  }

  /// The epoch's number and the place in its log that a number stands for.
  static func split(_ position: Int64) -> (epoch: Int64, index: Int64) {
    (position >> indexBits + 1, position & (1 << indexBits - 1))
  }
}

/// How an epoch began, but the first, which has nothing before it.
struct AuditEpochStart: Sendable, Equatable {
  let epoch: AuditEpoch
  /// The number of the master key that its signing key comes from.
  let key: Int64
  /// The epoch before; not always the next lower number, as those that a lost history used stay unused.
  let before: AuditEpoch
  /// How far that came.
  let size: Int64
  let root: MerkleHash
  /// Whether the one before was whole and closed; otherwise some of it was lost or changed.
  let isContinuous: Bool
  let time: Moment
}
