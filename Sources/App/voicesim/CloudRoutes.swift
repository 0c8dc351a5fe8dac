internal import Buffers
internal import EventLoop
internal import HTTP
internal import RPCServer
internal import Simulation
internal import WebSocket

/// The paths of every stand-in on the one port.
enum CloudRoutes {
  typealias Cloud = LoopBound<SimulatedCloud>

  static func make(_ cloud: Cloud) -> HTTPRoutes {
    var routes = HTTPRoutes()
    addExotel(cloud, to: &routes)
    addGemini(cloud, to: &routes)
    addGeminiText(cloud, to: &routes)
    PineconeRoutes.add(cloud, to: &routes)
    SpeechRoutes.add(cloud, to: &routes)
    addAdmin(cloud, to: &routes)
    return routes
  }

  /// The vendor's documents spell the paths in two ways; both work.
  private static func addExotel(_ cloud: Cloud, to routes: inout HTTPRoutes) {
    for root in ["/v1/Accounts/{sid}", "/v1/accounts/{sid}"] {
      let calls = root + (root.contains("Accounts") ? "/Calls" : "/calls")
      for method in ["GET", "POST"] {
        routes.handle(method, calls + "/{name}") { try await exotel($0, cloud) }
      }
      for list in [calls, calls + ".json"] {
        routes.handle("GET", list) { try await exotel($0, cloud) }
      }
    }
    routes.handle("GET", "/v1/Accounts/{sid}/Numbers/{number}") { try await exotel($0, cloud) }
    let numbers = "/v2_beta/Accounts/{sid}"
    routes.handle("GET", numbers + "/AvailablePhoneNumbers/{country}/{type}") {
      try await exotel($0, cloud)
    }
    for method in ["GET", "POST"] {
      routes.handle(method, numbers + "/IncomingPhoneNumbers") { try await exotel($0, cloud) }
    }
    for method in ["GET", "PUT", "DELETE"] {
      routes.handle(method, numbers + "/IncomingPhoneNumbers/{exophone}") {
        try await exotel($0, cloud)
      }
    }
    for name in ["ActiveStreams", "ActiveStreams.json"] {
      routes.handle("GET", "/v1/Accounts/{sid}/" + name) { try await exotel($0, cloud) }
    }
  }

  private static func exotel(
    _ request: HTTPExchangeRequest, _ cloud: Cloud
  ) async throws -> HTTPExchangeResponse {
    let reply = cloud.value.exotel.handle(request)
    if reply.delay > .zero { try await cloud.loop.sleep(for: reply.delay) }
    return reply.response
  }

  private static func addGemini(_ cloud: Cloud, to routes: inout HTTPRoutes) {
    for version in ["v1beta", "v1alpha"] {
      let service = "/ws/google.ai.generativelanguage.\(version).GenerativeService."
      routes.webSocket(service + "BidiGenerateContent") { request in
        cloud.value.gemini.decide(request, version: version)
      }
    }
  }

  /// The SDKs of 2026 ask for `v1` unless told otherwise.
  private static func addGeminiText(_ cloud: Cloud, to routes: inout HTTPRoutes) {
    for version in ["v1", "v1beta", "v1alpha"] {
      let models = "/\(version)/models"
      routes.handle("GET", models) { cloud.value.geminiText.models($0) }
      routes.handle("GET", models + "/{model}") { cloud.value.geminiText.model($0) }
      // The method is part of the last segment: `{model}:generateContent`.
      routes.handle("POST", models + "/{model}") { request in
        let call = TextCall(
          version: version, segment: request.pathParameters["model"] ?? "",
          key: request.googleKey, body: request.body, alt: request.query["alt"])
        let reply =
          EmbeddingMachine.methods.contains(call.method)
          ? cloud.value.geminiEmbedding.answer(call) : cloud.value.geminiText.answer(call)
        if reply.delay > .zero { try await cloud.loop.sleep(for: reply.delay) }
        if let stream = reply.stream { return streamed(stream, on: cloud.loop) }
        return json(reply.json, status: HTTPStatus(rawValue: reply.status))
      }
    }
  }

  /// Writes the pieces of a streamed answer at their times.
  private static func streamed(_ stream: ChatStream, on loop: EventLoop) -> HTTPExchangeResponse {
    HTTPExchangeResponse(contentType: stream.contentType) { body in
      for (index, piece) in stream.pieces.enumerated() {
        if index > 0, stream.pause > .zero { try await loop.sleep(for: stream.pause) }
        try await body.write(piece)
      }
      if stream.isCut { try await cut(on: loop) }
    }
  }

  /// Breaks off an answer once what was written has left.
  static func cut(on loop: EventLoop) async throws {
    try await loop.sleep(for: .milliseconds(5))
    throw CancellationError()
  }

  private static func addAdmin(_ cloud: Cloud, to routes: inout HTTPRoutes) {
    routes.handle("GET", "/sim/calls") { _ in json(cloud.value.exotel.callList) }
    routes.handle("POST", "/sim/incoming") { IncomingCalls.ring($0.body, to: cloud.value) }
    routes.handle("GET", "/sim/sessions") { _ in json(cloud.value.gemini.sessionList) }
    routes.handle("GET", "/sim/vectors") { _ in json(cloud.value.pinecone.vectors) }
    routes.handle("GET", "/sim/ssml") { _ in json(cloud.value.azureSpeech.ssml) }
    routes.handle("GET", "/sim/metrics") { _ in json(metrics(cloud.value)) }
    routes.handle("GET", "/sim/faults") { _ in json(FaultSwitches.json(cloud.value)) }
    routes.handle("POST", "/sim/faults") { FaultSwitches.apply($0.body, to: cloud.value) }
  }

  private static func metrics(_ cloud: SimulatedCloud) -> JSONValue {
    [
      "exotel": cloud.exotel.metrics, "gemini": cloud.gemini.metrics,
      "gemini_text": cloud.geminiText.metrics,
      "gemini_embedding": cloud.geminiEmbedding.metrics, "pinecone": cloud.pinecone.metrics,
      "google_stt": cloud.googleSpeech.metrics, "azure_tts": cloud.azureSpeech.metrics,
    ]
  }

  static func json(_ value: JSONValue, status: HTTPStatus = .ok) -> HTTPExchangeResponse {
    HTTPExchangeResponse(
      status: status, contentType: "application/json", body: value.serialized())
  }
}
