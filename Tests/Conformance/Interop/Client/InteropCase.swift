/// One case: its published name, and what the client does and asserts.
struct InteropCase: Sendable {
  let name: String
  let run: @Sendable (Peer) async throws -> Void

  /// Every case, in the order of the description, then C++'s own, then those of a server that
  /// breaks the rules of HTTP/2 (run against such a server only).
  static let all: [InteropCase] = [
    InteropCase(name: "empty_unary", run: UnaryCases.empty),
    InteropCase(name: "large_unary", run: UnaryCases.large),
    InteropCase(name: "client_compressed_unary", run: CompressionCases.clientUnary),
    InteropCase(name: "server_compressed_unary", run: CompressionCases.serverUnary),
    InteropCase(name: "client_streaming", run: StreamingCases.clientStreaming),
    InteropCase(name: "client_compressed_streaming", run: CompressionCases.clientStreaming),
    InteropCase(name: "server_streaming", run: StreamingCases.serverStreaming),
    InteropCase(name: "server_compressed_streaming", run: CompressionCases.serverStreaming),
    InteropCase(name: "ping_pong", run: StreamingCases.pingPong),
    InteropCase(name: "empty_stream", run: StreamingCases.emptyStream),
    InteropCase(name: "custom_metadata", run: StatusCases.customMetadata),
    InteropCase(name: "status_code_and_message", run: StatusCases.codeAndMessage),
    InteropCase(name: "special_status_message", run: StatusCases.specialMessage),
    InteropCase(name: "unimplemented_method", run: StatusCases.unimplementedMethod),
    InteropCase(name: "unimplemented_service", run: StatusCases.unimplementedService),
    InteropCase(name: "cancel_after_begin", run: CancelCases.afterBegin),
    InteropCase(name: "cancel_after_first_response", run: CancelCases.afterFirstResponse),
    InteropCase(name: "timeout_on_sleeping_server", run: CancelCases.timeout),
    InteropCase(name: "concurrent_large_unary", run: UnaryCases.concurrentLarge),
    InteropCase(name: "rpc_soak", run: SoakCases.rpc),
    InteropCase(name: "channel_soak", run: SoakCases.channel),
    InteropCase(name: "orca_per_rpc", run: OrcaCases.perCall),
    InteropCase(name: "orca_oob", run: OrcaCases.besideCalls),
    InteropCase(
      name: "max_concurrent_streams_connection_scaling", run: ScalingCases.connections),
    InteropCase(name: "half_duplex", run: StreamingCases.halfDuplex),
    InteropCase(name: "slow_consumer", run: StreamingCases.slowConsumer),
    InteropCase(name: "pick_first_unary", run: UnaryCases.pickFirst),
    InteropCase(name: "goaway", run: BrokenServerCases.goAway),
    InteropCase(name: "rst_after_header", run: BrokenServerCases.reset),
    InteropCase(name: "rst_during_data", run: BrokenServerCases.reset),
    InteropCase(name: "rst_after_data", run: BrokenServerCases.reset),
    InteropCase(name: "ping", run: UnaryCases.large),
    InteropCase(name: "max_streams", run: BrokenServerCases.maxStreams),
    InteropCase(name: "data_frame_padding", run: UnaryCases.large),
    InteropCase(name: "no_df_padding_sanity_test", run: UnaryCases.large),
  ]

  static func named(_ name: String) -> InteropCase? { all.first { $0.name == name } }
}
