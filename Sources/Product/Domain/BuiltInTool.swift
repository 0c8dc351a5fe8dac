/// Functions that the server itself gives to an agent's model and carries out.
package enum BuiltInTool {
  /// Ends the call, for an agent that may.
  package static let endCall = "end_call"
  /// Finds what the agent's documents say, for an agent that has any and no tool of this name.
  package static let searchKnowledge = "search_knowledge"
}
