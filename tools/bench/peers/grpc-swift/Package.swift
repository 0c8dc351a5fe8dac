// swift-tools-version: 6.2
// bench.v1.Bench over grpc-swift-2, for ours to be measured beside; the versions are those of
// Tests/Conformance/GRPCSwiftPeer. Built in a copy, where build.py adds the generated code.

import PackageDescription

let package = Package(
  name: "echo",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
  ],
  targets: [
    .executableTarget(
      name: "echo",
      dependencies: [
        .product(name: "GRPCCore", package: "grpc-swift-2"),
        .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
        .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
