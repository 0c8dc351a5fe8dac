internal import GRPC
internal import HTTP
internal import RPCCore

extension FuzzEntry {
  static let grpcMessages = FuzzEntry(
    name: "grpc-messages",
    summary: "a stream of enveloped messages, its coding first: both sides read the same",
    run: { (bytes) throws(Violation) in
      guard let first = bytes.first else { return }
      let encoding = [MessageEncoding.identity, .gzip, .deflate][Int(first) % 3]
      let stream = Array(bytes.dropFirst())
      let server = try sameHoweverCut(stream) { (pieces) throws(Violation) in
        try readAsServer(pieces, encoding)
      }
      let client = try sameHoweverCut(stream) { (pieces) throws(Violation) in
        try readAsClient(pieces, encoding)
      }
      try requireEqual(server, client, "client and server read the same frames differently")
      try frameAgain(server.messages, encoding)
    })

  static let grpcFields = FuzzEntry(
    name: "grpc-fields",
    summary: "the fields of a request and of trailers, one a line: codings are their own inverses",
    run: { (bytes) throws(Violation) in try readFields(bytes) })
}

/// Bytes of one message.
private let limit = 1_000

private struct Seen: Equatable {
  var messages: [[UInt8]] = []
  var failure: StatusCode?
}

/// As a handler sees a request: messages are decompressed one by one when they are taken.
private func readAsServer(
  _ pieces: [[UInt8]], _ encoding: MessageEncoding
) throws(Violation) -> Seen {
  var machine = ServerStreamMachine(encoding: encoding, limit: limit)
  var received: [ReceivedMessage] = []
  var failure: StatusCode?
  for index in 0...pieces.count where failure == nil {
    let isLast = index == pieces.count
    let piece = isLast ? [] : pieces[index]
    failure = piece.withUnsafeBytes { bytes in
      do throws(RPCError) {
        try machine.receive(bytes, endStream: isLast) { received.append($0) }
        return nil
      } catch { return error.code }
    }
    try require(machine.partialBytes <= limit, "\(machine.partialBytes) bytes of one message wait")
  }
  var seen = Seen(failure: failure)
  for message in received {
    do throws(RPCError) {
      let coding = message.wasCompressed ? encoding : .identity
      seen.messages.append(
        try Compression.decompress(message.bytes, from: coding, limit: limit))
    } catch {
      seen.failure = error.code
      break
    }
  }
  try require(seen.messages.allSatisfy { $0.count <= limit }, "a message is over the limit")
  return seen
}

private func readAsClient(
  _ pieces: [[UInt8]], _ encoding: MessageEncoding
) throws(Violation) -> Seen {
  var machine = ClientStreamMachine(limit: limit)
  let head: HTTPHeaders = ["content-type": "application/grpc", "grpc-encoding": encoding.name]
  guard case .head = machine.receiveHead(status: 200, head, endStream: false) else {
    throw Violation("a plain head is not taken")
  }
  var seen = Seen()
  var wireSize = 0
  for piece in pieces where seen.failure == nil {
    let answer = piece.withUnsafeBytes { bytes in
      machine.receiveData(bytes, endStream: false) { message in
        seen.messages.append(message.bytes)
        wireSize += message.wireSize
      }
    }
    if case .failed(let error, _) = answer { seen.failure = error.code }
  }
  let total = pieces.reduce(0) { $0 + $1.count }
  try require(wireSize <= total, "more credit is given back than bytes came")
  guard seen.failure == nil else { return seen }
  switch machine.receiveTrailers(["grpc-status": "0"], endStream: true) {
  case .succeeded: break
  case .failed(let error, _): seen.failure = error.code
  case .nothing, .head: throw Violation("trailers do not end the call")
  }
  return seen
}

/// Messages that were read, sent by us, are the same messages.
private func frameAgain(
  _ messages: [[UInt8]], _ encoding: MessageEncoding
) throws(Violation) {
  let isCompressed = encoding != .identity
  let stream = try mustWork("a message cannot be compressed") {
    try messages.flatMap { message in
      let body = isCompressed ? try Compression.compress(message, as: encoding) : message
      return Envelope.frame(body, compressed: isCompressed)
    }
  }
  // What does not compress grows by some bytes, so it may pass the limit as a message on the wire.
  guard messages.allSatisfy({ $0.count < limit / 2 }) else { return }
  try requireEqual(
    Seen(messages: messages), try readAsServer([stream], encoding), "messages change when sent")
}

private func readFields(_ bytes: [UInt8]) throws(Violation) {
  var request = RequestFields()
  var headers = HTTPHeaders()
  for line in bytes.split(separator: 10) {
    let name = line.prefix { $0 != UInt8(ascii: ":") }.filter(HTTPFieldRules.isTokenByte)
    let value = Array(line.drop { $0 != UInt8(ascii: ":") }.dropFirst())
      .filter(HTTPFieldRules.isValueByte)
    guard !name.isEmpty else { continue }
    name.withUnsafeBytes { name in value.withUnsafeBytes { request.add(name: name, value: $0) } }
    let text = String(decoding: value, as: UTF8.self)
    headers.add(String(decoding: name, as: UTF8.self), text)
    try codings(text)
  }
  if let timeout = request.timeout { try require(timeout >= 0, "a timeout is negative") }
  var machine = ClientStreamMachine(limit: limit)
  switch machine.receiveHead(status: 200, headers, endStream: true) {
  case .succeeded(let trailers): try resend(trailers)
  case .failed(let error, _): try resend(error)
  case .nothing, .head: throw Violation("a head that ends the stream does not end the call")
  }
}

private func codings(_ text: String) throws(Violation) {
  let message = StatusMessage.decode(text)
  let sent = StatusMessage.encode(message)
  try require(HTTPFieldRules.isValue(sent), "an encoded message is no header value")
  try requireEqual(
    Array(StatusMessage.decode(sent).utf8), Array(message.utf8), "a status message changes")
  let parsed = Array(text.utf8).withUnsafeBytes { Timeout.parse($0) }
  guard let parsed, parsed < .max else { return }
  let again = Array(Timeout.format(.nanoseconds(parsed)).utf8).withUnsafeBytes { Timeout.parse($0) }
  try require((again ?? -1) >= parsed, "a timeout gets shorter: \(parsed), \(again ?? -1)")
}

/// Metadata that was read comes out of our own header fields as the same metadata.
private func resend(_ metadata: Metadata) throws(Violation) {
  var headers = HTTPHeaders()
  MetadataFields.append(metadata, to: &headers)
  let again = try mustWork("metadata that we send cannot be read") {
    try MetadataFields.read(headers)
  }
  var twice = HTTPHeaders()
  MetadataFields.append(again, to: &twice)
  try requireEqual(headers, twice, "metadata changes when sent again")
}

/// An error that was read is read the same from the trailers that we make of it.
private func resend(_ error: RPCError) throws(Violation) {
  guard error.code != .ok else { throw Violation("an error has the code OK") }
  let trailers = ResponseFields.trailersOnly(error: error, metadata: Metadata())
  var machine = ClientStreamMachine(limit: limit)
  guard case .failed(let again, _) = machine.receiveHead(status: 200, trailers, endStream: true)
  else { throw Violation("trailers of an error are no error") }
  try requireEqual(error.code, again.code, "the code of an error changes")
  if error.message.utf8.count <= ResponseFields.messageLimit, trailers.contains("grpc-message") {
    try requireEqual(
      Array(error.message.utf8), Array(again.message.utf8), "the message of an error changes")
  }
}
