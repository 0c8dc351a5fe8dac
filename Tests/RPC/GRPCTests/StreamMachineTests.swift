import HTTP
import RPCCore
import Testing

@testable import GRPC

@Suite struct ServerStreamMachineTests {
  @Test func `a failure before anything was sent is trailers only`() {
    var machine = ServerStreamMachine(encoding: .identity, limit: 10)
    #expect(machine.finish(hasHead: false, isOK: false) == .trailersOnly(thenReset: true))
    #expect(machine.finish(hasHead: false, isOK: false) == .alreadyFinished)
    #expect(machine.send() == .alreadyFinished)
  }

  @Test func `a failure with metadata set sends a head first`() {
    var machine = ServerStreamMachine(encoding: .identity, limit: 10)
    #expect(machine.finish(hasHead: true, isOK: false) == .headAndTrailers(thenReset: true))
  }

  @Test func `the head goes out once, before the first message`() throws {
    var machine = ServerStreamMachine(encoding: .identity, limit: 10)
    try receive(&machine, Envelope.frame([1]), end: true)
    #expect(machine.send() == .headFirst)
    #expect(machine.send() == .ready)
    #expect(machine.finish(hasHead: false, isOK: true) == .trailers(thenReset: false))
  }

  @Test func `a stream that ends in a message is internal`() {
    var machine = ServerStreamMachine(encoding: .identity, limit: 10)
    let error = #expect(throws: RPCError.self) {
      try receive(&machine, [0, 0, 0, 0, 2, 1], end: true)
    }
    #expect(error?.code == .internal)
  }

  @Test func `bytes behind a failure are ignored`() throws {
    var machine = ServerStreamMachine(encoding: .identity, limit: 1)
    #expect(throws: RPCError.self) { try receive(&machine, [0, 0, 0, 0, 2], end: false) }
    #expect(try receive(&machine, Envelope.frame([1]), end: true).isEmpty)
    #expect(machine.isRequestComplete)
  }

  @discardableResult
  private func receive(
    _ machine: inout ServerStreamMachine, _ bytes: [UInt8], end: Bool
  ) throws -> [[UInt8]] {
    var messages: [[UInt8]] = []
    try bytes.withUnsafeBytes { piece in
      try machine.receive(piece, endStream: end) { messages.append($0.bytes) }
    }
    return messages
  }
}

@Suite struct ClientStreamMachineTests {
  private static let head: HTTPHeaders = ["content-type": "application/grpc"]

  @Test func `head, message and trailers make a success`() {
    var machine = ClientStreamMachine(limit: 10)
    guard case .head = machine.receiveHead(status: 200, Self.head, endStream: false) else {
      Issue.record("no head")
      return
    }
    var messages: [[UInt8]] = []
    let data = Envelope.frame([1, 2]).withUnsafeBytes { bytes in
      machine.receiveData(bytes, endStream: false) { messages.append($0.bytes) }
    }
    guard case .nothing = data,
      case .succeeded(let trailers) = machine.receiveTrailers(
        ["grpc-status": "0", "x-t": "1"], endStream: true)
    else {
      Issue.record("no success")
      return
    }
    #expect(messages == [[1, 2]])
    #expect(trailers["x-t"] == "1")
  }

  @Test(arguments: [
    (400, StatusCode.internal), (401, .unauthenticated), (403, .permissionDenied),
    (404, .unimplemented), (429, .unavailable), (503, .unavailable), (418, .unknown),
    (200, .unknown),
  ])
  func `without grpc-status the HTTP status decides`(status: Int, code: StatusCode) {
    var machine = ClientStreamMachine(limit: 10)
    #expect(failure(machine.receiveHead(status: status, HTTPHeaders(), endStream: true)) == code)
    var open = ClientStreamMachine(limit: 10)
    #expect(failure(open.receiveHead(status: status, HTTPHeaders(), endStream: false)) == nil)
    #expect(failure(open.receiveTrailers(HTTPHeaders(), endStream: true)) == code)
  }

  @Test func `what an answer that is not gRPC says is in the error, up to 1 KiB`() {
    var machine = ClientStreamMachine(limit: 10)
    let head: HTTPHeaders = ["content-type": "text/html"]
    #expect(failure(machine.receiveHead(status: 502, head, endStream: false)) == nil)
    let text = [UInt8](repeating: UInt8(ascii: "x"), count: 2_000)
    let answer = text.withUnsafeBytes { machine.receiveData($0, endStream: false) { _ in } }
    guard case .failed(let error, let reset) = answer else {
      Issue.record("no failure")
      return
    }
    #expect(error.code == .unavailable)
    #expect(error.message.hasSuffix(": " + String(repeating: "x", count: 1_024)))
    #expect(reset == 8)
  }

  @Test(arguments: [
    (503, "application/grpc", true), (503, "text/html", true), (200, "text/html", true),
    (503, "application/grpc", false), (200, "text/html", false),
  ])
  func `grpc-status wins wherever it stands`(status: Int, type: String, inHead: Bool) {
    var machine = ClientStreamMachine(limit: 10)
    var head: HTTPHeaders = ["content-type": type]
    if inHead { head.add("grpc-status", "5") }
    let first = failure(machine.receiveHead(status: status, head, endStream: false))
    #expect(first == (inHead ? .notFound : nil))
    guard !inHead else { return }
    #expect(failure(machine.receiveTrailers(["grpc-status": "5"], endStream: true)) == .notFound)
  }

  @Test(arguments: [
    ("5", StatusCode.notFound), ("x", .unknown), ("99", StatusCode(rawValue: 99)), ("", .unknown),
    ("300", .unknown), ("+5", .unknown), ("05", .unknown), ("00", .unknown), ("-1", .unknown),
    ("5 ", .unknown),
  ])
  func `grpc-status wins over the HTTP status`(text: String, code: StatusCode) {
    var machine = ClientStreamMachine(limit: 10)
    let fields: HTTPHeaders = ["grpc-status": text]
    #expect(failure(machine.receiveHead(status: 503, fields, endStream: true)) == code)
  }

  @Test(
    arguments: [
      (0, StatusCode.internal), (2, .internal), (7, .unavailable), (8, .cancelled),
      (11, .resourceExhausted), (12, .permissionDenied), (13, .unknown),
    ] as [(UInt32, StatusCode)])
  func `a reset has the status of its code`(error: UInt32, code: StatusCode) {
    var machine = ClientStreamMachine(limit: 10)
    #expect(failure(machine.receiveReset(error)) == code)
  }

  @Test(arguments: [
    (Deadline(.zero), StatusCode.deadlineExceeded), (Deadline(.seconds(60)), .cancelled),
  ])
  func `a server's cancel after our deadline is that deadline, and nothing else is kept`(
    deadline: Deadline, code: StatusCode
  ) {
    var reset = ClientStreamMachine(limit: 10, deadline: deadline)
    #expect(failure(reset.receiveReset(8)) == code)
    var trailers = ClientStreamMachine(limit: 10, deadline: deadline)
    let fields: HTTPHeaders = ["grpc-status": "1", "x-t": "1"]
    guard case .failed(let error, _) = trailers.receiveHead(status: 200, fields, endStream: true)
    else {
      Issue.record("no failure")
      return
    }
    #expect(error.code == code)
    #expect(error.metadata.isEmpty == (code == .deadlineExceeded))
  }

  @Test func `an outcome is given once`() {
    var machine = ClientStreamMachine(limit: 10)
    _ = machine.connectionLost("a test")
    guard case .nothing = machine.receiveReset(8),
      case .nothing = machine.receiveHead(status: 200, Self.head, endStream: false)
    else {
      Issue.record("a second outcome")
      return
    }
  }

  private func failure(_ answer: ClientStreamMachine.OnReceive) -> StatusCode? {
    if case .failed(let error, _) = answer { error.code } else { nil }
  }
}
