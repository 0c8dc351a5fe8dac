// swift-tools-version: 6.2
// A client as another team would write it: it depends on payaid-voice as on any package. In a
// repository of its own, name the URL of payaid-voice instead of the path.

import PackageDescription

let package = Package(
  name: "payaid-voice-client",
  dependencies: [.package(name: "payaid-voice", path: "../..")],
  targets: [
    .executableTarget(
      name: "client-example",
      dependencies: [.product(name: "PayaidVoiceClient", package: "payaid-voice")])
  ],
  swiftLanguageModes: [.v6]
)
