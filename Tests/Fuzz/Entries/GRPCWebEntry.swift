internal import Connect
internal import GRPC
internal import RPCCore

extension FuzzEntry {
  static let grpcWeb = FuzzEntry(
    name: "grpc-web",
    summary: "a gRPC-Web stream, its form and coding first: the same however cut, and sent again",
    run: { (bytes) throws(Violation) in
      guard let first = bytes.first else { return }
      let media = MediaType.web(.proto, text: first & 1 == 1)
      let encoding = [MessageEncoding.identity, .gzip, .deflate][Int(first >> 1) % 3]
      let messages = try sameHoweverCut(Array(bytes.dropFirst())) { (pieces) in
        read(pieces, media, encoding)
      }
      guard let messages, messages.allSatisfy({ $0.count < limit / 2 }) else { return }
      let sender = machine(media, encoding)
      let stream = try mustWork("a message cannot be sent") {
        try messages.flatMap { try sender.frame($0, as: encoding) }
      }
      try requireEqual(messages, read([stream], media, encoding), "messages change when sent")
    })
}

/// Bytes of one message.
private let limit = 1_000

private func machine(_ media: MediaType, _ encoding: MessageEncoding) -> StreamMachine {
  StreamMachine(
    media: media, codec: .bytes, errors: ConnectError { _ in nil }, encoding: encoding,
    limit: limit)
}

/// The messages of a whole stream; nil when it is refused. How much of a stream in base64 is looked
/// at before its first wrong character depends on the pieces.
private func read(
  _ pieces: [[UInt8]], _ media: MediaType, _ encoding: MessageEncoding
) -> [[UInt8]]? {
  var machine = machine(media, encoding)
  var messages: [[UInt8]] = []
  for index in 0...pieces.count {
    let isLast = index == pieces.count
    let isRead = (isLast ? [] : pieces[index]).withUnsafeBytes { bytes in
      do throws(RPCError) {
        var came: [ReceivedMessage] = []
        try machine.receive(bytes, end: isLast) { came.append($0) }
        for message in came {
          messages.append(try machine.open(message.bytes, wasCompressed: message.wasCompressed))
        }
        return true
      } catch { return false }
    }
    guard isRead else { return nil }
  }
  return messages
}
