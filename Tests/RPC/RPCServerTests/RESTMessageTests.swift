import Buffers
import EventLoop
import HTTP
import HTTP2
import Protobuf
import RPCCore
import RPCProtobuf
import Schema
import Testing
import VoiceAPI

@testable import RPCServer

/// A handler gets what a REST request says, and its answer arrives, whichever form either has on the
/// way: objects, wire bytes, or one after the other.
@Suite struct RESTMessageTests {
  private struct Mirror: RPCService {
    typealias Message = Google.Rpc.ErrorInfo

    static func method(_ name: String, _ kind: MethodKind = .unary) -> MethodDescriptor {
      MethodDescriptor(service: "test.Mirror", name: name, kind: kind)
    }

    static let objects = method("Objects")
    static let bytes = method("Bytes")
    static let read = method("Read")
    static let later = method("Later")
    static let stream = method("Stream", .serverStreaming)

    static let binding = ServiceBinding(
      name: "test.Mirror", file: Payaid.Voice.V1.LiveServiceBinding.binding.file,
      methods: [objects, bytes, read, later, stream].map { method in
        MethodBinding(
          method: method, input: Message.messageType, output: Message.messageType,
          http: [
            HTTPRule("POST", "/v1/\(method.name)", body: "*"),
            HTTPRule("POST", "/v1/\(method.name)/{domain}", body: "*"),
          ])
      })

    var handlers: [MethodHandler] {
      [
        .unary(Self.objects, in: .protobuf, out: .protobuf) { (request: Message, _) in request },
        .unary(Self.bytes, in: .bytes, out: .bytes) { (request: [UInt8], _) in request },
        MethodHandler(Self.read) { _, port in
          let request = try await port.receive()
          #expect(try await port.receive() == nil)
          try await port.send(request ?? [])
        },
        .unary(Self.later, in: .protobuf, out: .protobuf) { (request: Message, _) in
          try await EventLoop.current?.sleep(for: .milliseconds(1))
          return request
        },
        .serverStreaming(Self.stream, in: .protobuf, out: .protobuf) {
          (request: Message, responses: Outbound<Message>, _) in
          try await responses.send(request)
        },
      ]
    }
  }

  private static let body = #"{"reason":"नमस्ते","metadata":{"a":"1"}}"#

  @Test(arguments: [
    "Objects", "Bytes", "Read", "Later", "Stream",
  ])
  func `a message comes back as it went`(method: String) async throws {
    try await TestServer.run(bindings: [Mirror.binding], services: [Mirror()]) { test in
      let client = try RawClient(test.address)
      for (path, domain) in [("", nil), ("/d", "d")] {
        let id = try client.open("/v1/\(method)\(path)", ["content-type": "application/json"])
        try client.session.submitData(id, Array(Self.body.utf8), endStream: true)
        let answer = try client.finish(id)
        #expect(answer.heads.first?["http-status"] == "200")
        let first = try #require(answer.body.split(separator: UInt8(ascii: "\n")).first)
        var json = try JSONValue(parsing: Array(first))
        if method == "Stream" { json = try #require(json["result"]) }
        #expect(json["reason"] == "नमस्ते")
        #expect(json["metadata"] == ["a": "1"])
        #expect(json["domain"]?.stringValue == domain)
      }
    }
  }

  @Test(arguments: ["Objects", "Bytes", "Read", "Later", "Stream"])
  func `what is no message of the type is refused before its handler runs`(
    method: String
  ) async throws {
    try await TestServer.run(bindings: [Mirror.binding], services: [Mirror()]) { test in
      let client = try RawClient(test.address)
      for body in [#"{"nobody":1}"#, #"{"reason":1}"#, "{", "[]", "", "\"\u{0}\""] {
        let id = try client.open("/v1/\(method)", ["content-type": "application/json"])
        try client.session.submitData(id, Array(body.utf8), endStream: true)
        let answer = try client.finish(id)
        #expect(answer.heads.first?["http-status"] == (body.isEmpty ? "200" : "400"))
      }
    }
  }
}
