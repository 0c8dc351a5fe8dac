internal import HTTP2

/// The owners of a connection's streams, by number.
///
/// Open addressing: a Dictionary's seeded hash costs three times a look-up, and no peer gains by
/// numbers that collide, as it may have few streams open at once.
struct StreamOwners {
  private var ids: [HTTP2StreamID] = Array(repeating: 0, count: 32)
  private var owners: [(any StreamOwner)?] = Array(repeating: nil, count: 32)
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// Every stream with its owner, in no order.
  var all: [(HTTP2StreamID, any StreamOwner)] {
    zip(ids, owners).compactMap { id, owner in owner.map { (id, $0) } }
  }

  /// The owner of stream `id`; to set it the stream must have none.
  subscript(id: HTTP2StreamID) -> (any StreamOwner)? {
    get { owners[index(of: id)] }
    set {
      if count * 2 >= ids.count { grow() }
      let index = index(of: id)
      precondition(ids[index] == 0, "our bug: stream \(id) has an owner")
      ids[index] = id
      owners[index] = newValue
      count += 1
    }
  }

  /// Takes the owner of stream `id` out; later entries of its run move back into the hole.
  mutating func remove(_ id: HTTP2StreamID) -> (any StreamOwner)? {
    var hole = index(of: id)
    guard let removed = owners[hole] else { return nil }
    count -= 1
    let mask = ids.count - 1
    var index = (hole + 1) & mask
    while ids[index] != 0 {
      if (index - home(ids[index])) & mask >= (index - hole) & mask {
        ids[hole] = ids[index]
        owners[hole] = owners[index]
        hole = index
      }
      index = (index + 1) & mask
    }
    ids[hole] = 0
    owners[hole] = nil
    return removed
  }

  /// Scattered: neighbours side by side would be one long run, which every removal walks to its end.
  private func home(_ id: HTTP2StreamID) -> Int {
    Int((UInt32(bitPattern: id) &* 0x9E37_79B1) >> 8) & (ids.count - 1)
  }

  /// Where `id` is, or where it would be put.
  private func index(of id: HTTP2StreamID) -> Int {
    var index = home(id)
    while ids[index] != 0, ids[index] != id { index = (index + 1) & (ids.count - 1) }
    return index
  }

  private mutating func grow() {
    let old = all
    self = StreamOwners(capacity: ids.count * 2)
    for (id, owner) in old { self[id] = owner }
  }

  init() {}

  private init(capacity: Int) {
    ids = Array(repeating: 0, count: capacity)
    owners = Array(repeating: nil, count: capacity)
  }
}
