/// What a call came by, as metrics and logs name it.
enum Edge: String, Sendable {
  case grpc
  case web = "grpc_web"
  case connect, rest
  case webSocket = "websocket"
}
