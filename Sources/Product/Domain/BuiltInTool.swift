/// Functions that the server itself gives to an agent's model and carries out.
package enum BuiltInTool {
  /// Ends the call, for an agent that may.
  package static let endCall = "end_call"
}
