import Buffers
import GRPC
import HTTP
import RPCCore
import Schema
import Testing

@testable import Connect

/// Content types, timeouts, queries, base64 and errors, one row each.
@Suite struct PartsTests {
  @Test(arguments: [
    ("application/grpc-web", MediaType.web(.proto, text: false)),
    ("application/grpc-web+proto", .web(.proto, text: false)),
    ("Application/GRPC-Web+JSON; a=b", .web(.json, text: false)),
    ("application/grpc-web-text", .web(.proto, text: true)),
    ("application/grpc-web-text+proto", .web(.proto, text: true)),
    ("application/grpc-web+thrift", .unknownCodec), ("application/grpc+json", .unknownCodec),
    ("application/connect+proto", .stream(.proto)),
    ("application/connect+json", .stream(.json)),
    ("application/connect+thrift", .unknownCodec),
    ("application/proto", .unary(.proto)),
    ("application/json", .unary(.json)),
    ("application/json; charset=UTF-8", .unary(.json)),
    ("application/json; charset=latin1", .other),
    ("application/grpc", .other),
    ("text/plain", .other),
    ("", .other),
  ])
  func `a content type names its protocol and codec`(text: String, media: MediaType) {
    #expect(MediaType(text) == media)
  }

  @Test(
    arguments: [
      ("0", 0), ("1", 1_000_000), ("9999999999", 9_999_999_999_000_000), ("", nil), ("-1", nil),
      ("+1", nil), ("1.5", nil), ("10000000000", nil), (" 1", nil), ("1m", nil),
    ] as [(String, Int64?)])
  func `a timeout is 1 to 10 digits`(text: String, nanoseconds: Int64?) {
    let head = try? CallHead(connect: ["connect-timeout-ms": text], isStream: false)
    #expect(head?.timeout == nanoseconds)
  }

  @Test(arguments: [
    ("connect-protocol-version", "2", StatusCode.invalidArgument),
    ("connect-timeout-ms", "x", .invalidArgument), ("content-encoding", "br", .unimplemented),
    ("a-bin", "!", .invalidArgument),
  ])
  func `a head that cannot be served says why`(name: String, value: String, code: StatusCode) {
    do throws(RPCError) {
      _ = try CallHead(connect: Self.headers(name, value), isStream: false)
      Issue.record("it was served")
    } catch {
      #expect(error.code == code)
    }
  }

  @Test func `metadata leaves out what is the protocol's own`() throws {
    let head = try CallHead(
      connect: [
        "connect-protocol-version": "1", "accept-encoding": "br, gzip;q=0.5", "x-a": "1",
        "b-bin": "AQI", "content-type": "application/proto",
      ], isStream: false)
    #expect(head.metadata.entries.map(\.name) == ["x-a", "b-bin"])
    #expect(head.metadata.binary("b-bin") == [1, 2])
    #expect(head.acceptsGzip)
  }

  @Test(arguments: [
    "message=&encoding=proto", "message=AQI&encoding=proto&base64=1",
    "message=AQI%3D&encoding=proto&base64=1&connect=v1", "encoding=json&message=%7B%7D&x=1&x=2",
    "message=&encoding=json&compression=gzip", "message=a-_b&encoding=proto&base64=1",
  ])
  func `a query is read`(query: String) throws {
    #expect(ConnectQuery.isOne(query[...]))
    _ = try ConnectQuery(query[...])
  }

  @Test(
    arguments: [
      ("message=!&encoding=proto&base64=1", StatusCode.invalidArgument, nil),
      ("message=&encoding=thrift", .invalidArgument, 415),
      ("message=&encoding=proto&connect=v2", .invalidArgument, nil),
      ("message=&encoding=proto&compression=br", .unimplemented, nil),
      ("message=&message=&encoding=proto", .invalidArgument, nil),
      ("message=%zz&encoding=proto", .invalidArgument, nil),
      ("message=%ff&encoding=json", .invalidArgument, nil),
      ("encoding=json", .invalidArgument, nil),
    ] as [(String, StatusCode, Int?)])
  func `a query that is no request says why`(query: String, code: StatusCode, status: Int?) {
    do throws(ConnectQuery.Failure) {
      _ = try ConnectQuery(query[...])
      Issue.record("it was read")
    } catch {
      #expect(error.error.code == code)
      #expect(error.status?.rawValue == status)
    }
  }

  @Test(arguments: [
    ["AQID"], ["AQ", "ID"], ["A", "Q", "I", "D"], ["AQ==AgM="], ["AQ=", "=AgM", "="],
    ["AQI=Aw=="], ["", "AQID", ""],
  ])
  func `text may be padded and cut anywhere`(pieces: [String]) throws {
    var stream = Base64Stream()
    var bytes: [UInt8] = []
    for piece in pieces {
      bytes += try Array(piece.utf8).withUnsafeBytes { try stream.decode($0) }
    }
    #expect(bytes == [1, 2, 3])
    #expect(stream.isAtBorder)
  }

  @Test(arguments: ["AQI!", "=AQI", "A===", "AQ=D", "AR==", "AQI\n"])
  func `what is no base64 is refused`(text: String) {
    var stream = Base64Stream()
    #expect(throws: RPCError.self) {
      try Array(text.utf8).withUnsafeBytes { _ = try stream.decode($0) }
    }
  }

  @Test(
    arguments: [
      (StatusCode.cancelled, "canceled", 499), (.unknown, "unknown", 500),
      (.invalidArgument, "invalid_argument", 400), (.deadlineExceeded, "deadline_exceeded", 504),
      (.notFound, "not_found", 404), (.alreadyExists, "already_exists", 409),
      (.permissionDenied, "permission_denied", 403),
      (.resourceExhausted, "resource_exhausted", 429),
      (.failedPrecondition, "failed_precondition", 400), (.aborted, "aborted", 409),
      (.outOfRange, "out_of_range", 400), (.unimplemented, "unimplemented", 501),
      (.internal, "internal", 500), (.unavailable, "unavailable", 503),
      (.dataLoss, "data_loss", 500),
      (.unauthenticated, "unauthenticated", 401), (StatusCode(rawValue: 99), "unknown", 500),
    ] as [(StatusCode, String, Int)])
  func `a code has its name and its HTTP status`(code: StatusCode, name: String, status: Int) {
    #expect(ConnectError.name(code) == name)
    #expect(ConnectError.status(code).rawValue == status)
  }

  @Test func `a detail is told in base64 and, when its type is known, in JSON`() throws {
    let error = RPCError(
      .notFound, "no \"x\"",
      details: [
        ErrorDetail(typeName: "google.rpc.ErrorInfo", value: [10, 1, 65]),
        ErrorDetail(typeName: "nobody.Knows", value: [1]),
        ErrorDetail(typeName: "google.rpc.DebugInfo", value: [2]),
      ])
    let type = Google.Rpc.ErrorInfo.messageType
    let body = ConnectError { $0 == "google.rpc.ErrorInfo" ? type : nil }.body(error)
    #expect(
      String(decoding: body, as: UTF8.self)
        == #"{"code":"not_found","message":"no \"x\"","details":["#
        + #"{"type":"google.rpc.ErrorInfo","value":"CgFB","debug":{"reason":"A"}},"#
        + #"{"type":"nobody.Knows","value":"AQ"}]}"#)
  }

  @Test func `the end of a stream is an object, with metadata under each name once`() {
    let errors = ConnectError { _ in nil }
    #expect(errors.end(nil, metadata: Metadata()) == Array("{}".utf8))
    let end = errors.end(
      RPCError(.aborted, ""), metadata: ["x-a": "1", "x-b": "2", "x-a": "3"])
    #expect(
      String(decoding: end, as: UTF8.self)
        == #"{"error":{"code":"aborted"},"metadata":{"x-a":["1","3"],"x-b":["2"]}}"#)
  }

  private static func headers(_ name: String, _ value: String) -> HTTPHeaders {
    var headers = HTTPHeaders()
    headers.add(name, value)
    return headers
  }
}
