import Testing

@testable import GRPC

@Suite struct ContentTypeTests {
  @Test(arguments: [
    ("application/grpc", ContentType.grpc), ("application/grpc+proto", .grpc),
    ("application/grpc;charset=utf-8", .grpc), ("application/grpc+proto; x=1", .grpc),
    ("APPLICATION/GRPC", .grpc), ("application/grpc-web", .grpcWeb),
    ("application/grpc-web+proto", .grpcWeb), ("application/grpc+json", .other),
    ("application/grpc+protox", .other), ("application/grpcx", .other),
    ("application/json", .other),
    ("", .other), ("application/grp", .other),
  ])
  func `the content type picks the protocol`(text: String, type: ContentType) {
    #expect(bytes(text) { ContentType($0) } == type)
  }
}
