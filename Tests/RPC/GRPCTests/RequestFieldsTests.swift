import RPCCore
import Testing

@testable import GRPC

@Suite struct RequestFieldsTests {
  @Test func `known names are read and kept from the application`() {
    let fields = read([
      (":path", "/s/m"), ("content-type", "application/grpc"), ("te", "trailers"),
      ("grpc-timeout", "5S"), ("grpc-encoding", "gzip"), ("grpc-accept-encoding", "identity, gzip"),
      ("grpc-tags-bin", "AA"), ("user-agent", "grpc-test/1"), ("x-key", "value"),
      ("grpc-previous-rpc-attempts", "2"), ("host", "a"), ("content-length", "5"),
    ])
    #expect(fields.contentType == .grpc)
    #expect(fields.timeout == 5_000_000_000)
    #expect(fields.encoding == .gzip)
    #expect(fields.acceptsGzip)
    #expect(fields.problem == nil)
    #expect(
      fields.metadata.entries.map(\.name) == ["user-agent", "x-key", "grpc-previous-rpc-attempts"])
  }

  @Test func `binary values may be padded, bare, joined and empty`() {
    let fields = read([("a-bin", "AQI="), ("b-bin", "AQI"), ("c-bin", "AQ, Ag=="), ("d-bin", "")])
    #expect(fields.metadata.binary("a-bin") == [1, 2])
    #expect(fields.metadata.binary("b-bin") == [1, 2])
    #expect(
      fields.metadata.entries.map(\.value).dropFirst(2) == [
        .binary([1]), .binary([2]), .binary([]),
      ])
  }

  @Test(arguments: [
    ([("grpc-timeout", "5x")], StatusCode.internal, false),
    ([("a-bin", "!")], .internal, false),
    ([("grpc-encoding", "foo")], .unimplemented, true),
    ([("grpc-encoding", "gzip"), ("grpc-encoding", "gzip")], .internal, false),
  ])
  func `what cannot be served is a problem`(
    fields: [(String, String)], code: StatusCode, listsEncodings: Bool
  ) {
    let problem = read(fields).problem
    #expect(problem?.error.code == code)
    #expect(problem?.listsEncodings == listsEncodings)
  }

  static let last = [("user-agent", "ua"), ("x-id", "1"), ("x-bin", "AQ"), ("empty", "")]

  @Test(arguments: [
    ("the same", last), ("fewer", Array(last.prefix(2))), ("none", []),
    ("more", last + [("more", "")]), ("another value", [last[0], ("x-id", "2"), last[3]]),
    ("a longer value", [("user-agent", "uaa")]), ("another order", last.reversed()),
    ("twice", [last[0], last[0], last[1]]),
    ("known names between", [last[0], ("te", "x"), last[1]]),
  ])
  func `metadata does not depend on the request before`(name: String, list: [(String, String)]) {
    let before = read(Self.last).metadata
    #expect(read(list, after: before).metadata == read(list).metadata)
    #expect(before == read(Self.last).metadata)
  }

  private func read(_ list: [(String, String)], after last: Metadata = Metadata()) -> RequestFields
  {
    var fields = RequestFields(after: last)
    for (name, value) in list {
      bytes(name) { name in bytes(value) { fields.add(name: name, value: $0) } }
    }
    return fields
  }
}
