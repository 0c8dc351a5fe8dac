import HTTP
import RPCCore
import Testing

@testable import GRPC

@Suite struct ResponseFieldsTests {
  @Test func `success is one field`() {
    #expect(ResponseFields.trailers(error: nil, metadata: Metadata()) == ["grpc-status": "0"])
  }

  @Test func `metadata goes out without what the wire reserves`() {
    var metadata: Metadata = [
      "x-a": "1", "grpc-status": "9", "content-type": "x", "x a": "1", "x-b": "a\nb",
    ]
    metadata.add(binary: [0xAB, 0xAB, 0xAB], for: "x-bin")
    let trailers = ResponseFields.trailers(error: nil, metadata: metadata)
    #expect(trailers == ["grpc-status": "0", "x-a": "1", "x-bin": "q6ur"])
  }

  @Test func `details are dropped before the status is`() {
    var error = RPCError(.notFound, "no")
    error.details = [ErrorDetail(typeName: "a.B", value: Array(repeating: 1, count: 20_000))]
    let trailers = ResponseFields.trailers(error: error, metadata: ["x-a": "1"])
    #expect(trailers == ["grpc-status": "5", "grpc-message": "no", "x-a": "1"])
  }

  @Test func `details come back from the trailers they went into`() throws {
    let details = [
      ErrorDetail(typeName: "google.rpc.BadRequest", value: [10, 2, 10, 0]),
      ErrorDetail(typeName: "x.Y", value: []),
    ]
    let error = RPCError(.invalidArgument, "bad ü", details: details)
    var machine = ClientStreamMachine(limit: 100)
    let fields = ResponseFields.trailersOnly(error: error, metadata: Metadata())
    let answer = machine.receiveHead(status: 200, fields, endStream: true)
    guard case .failed(let received, nil) = answer else {
      Issue.record("not a failure: \(answer)")
      return
    }
    #expect(received.code == .invalidArgument)
    #expect(received.message == "bad ü")
    #expect(received.details == details)
  }

  @Test func `details that contradict the status are not believed`() {
    let bytes = StatusDetails.encode(RPCError(.notFound, "x"))
    #expect(StatusDetails.decode(bytes, code: .aborted) == nil)
    #expect(StatusDetails.decode([0x08], code: .ok) == nil)
    #expect(StatusDetails.decode(Array(repeating: 0xFF, count: 20), code: .ok) == nil)
  }
}
