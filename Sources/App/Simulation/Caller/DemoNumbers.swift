/// The telephone book of the demo: the last digits of a number choose its script.
package enum DemoNumbers {
  private static let english = [
    "Hello, I would like to know where my order is.",
    "My order number is four two seven one.",
    "Can you tell me when it will arrive?",
    "No, that is all. Thank you, goodbye.",
  ]
  private static let hindi = [
    "नमस्ते, मुझे अपने ऑर्डर की जानकारी चाहिए।",
    "मेरा ऑर्डर नंबर चार दो सात एक है।",
    "यह कब तक पहुँचेगा?",
    "नहीं, बस इतना ही। धन्यवाद, नमस्ते।",
  ]
  /// Questions that no rule answers: only the agent's documents can.
  private static let englishQuestions = [
    "What is your return policy?", "Which cities do you deliver to?",
  ]
  private static let hindiQuestions = [
    "आपकी वापसी की नीति क्या है?", "आप किन शहरों में डिलीवरी करते हैं?",
  ]
  /// Answers to the question whether the call may be recorded.
  private static let consenting = "Yes, you may record it."
  private static let refusing = "No, please do not record this."
  private static let interrupting = "Sorry, wait a moment. I want to cancel my order."

  /// Scripts by the whole number in the form +91XXXXXXXXXX.
  package static let scripts: [String: CallScript] = {
    let entries: [(String, CallScript)] = [
      ("01", dialogue("english-order-status", english)),
      ("02", dialogue("hindi-order-status", hindi)),
      ("03", outcome("busy", .busy)),
      ("04", outcome("no-answer", .noAnswer)),
      ("05", outcome("failed", .failed)),
      ("06", machine()),
      ("07", hangingUp("hangs-up", after: .seconds(5))),
      ("08", bargeIn()),
      ("09", silentCaller()),
      ("10", keyPad()),
      ("11", waitsForAgent()),
      ("12", dialogue("english-questions", englishQuestions + english.suffix(1))),
      ("13", dialogue("hindi-questions", hindiQuestions + hindi.suffix(1))),
      ("14", answering("agrees-to-recording", consenting)),
      ("15", answering("refuses-recording", refusing)),
      ("16", hangingUp("hangs-up-later", after: .seconds(20))),
    ]
    return Dictionary(uniqueKeysWithValues: entries.map { ("+9190000000" + $0.0, $0.1) })
  }()

  /// The script of any other number.
  package static let fallback = dialogue("english-order-status", english)

  private static func dialogue(_ name: String, _ texts: [String]) -> CallScript {
    var script = CallScript()
    script.name = name
    script.lines = texts.map { CallScript.Line($0) }
    return script
  }

  /// Who answers only a question that was heard to its end, however slowly it comes.
  private static func answering(_ name: String, _ answer: String) -> CallScript {
    var script = dialogue(name, [answer] + english.suffix(1))
    script.lines[0].pause = .seconds(2)
    script.lines[0].patience = .seconds(60)
    return script
  }

  private static func outcome(_ name: String, _ outcome: CallScript.Outcome) -> CallScript {
    var script = CallScript()
    script.name = name
    script.outcome = outcome
    return script
  }

  private static func machine() -> CallScript {
    var script = dialogue("machine", ["Please leave a message after the tone."])
    script.outcome = .machine
    script.lines[0].patience = .milliseconds(300)
    script.hangUpAfter = .seconds(20)
    return script
  }

  private static func hangingUp(_ name: String, after time: Duration) -> CallScript {
    var script = dialogue(name, english)
    script.hangUpAfter = time
    return script
  }

  private static func bargeIn() -> CallScript {
    var script = dialogue("barge-in", [english[0], interrupting, english[3]])
    script.lines[1].bargeIn = .milliseconds(800)
    return script
  }

  private static func silentCaller() -> CallScript {
    var script = CallScript()
    script.name = "silent"
    script.hangUpAfter = .seconds(60)
    script.ending = .agent
    return script
  }

  private static func keyPad() -> CallScript {
    var script = dialogue("key-pad", [english[0], "My order number follows.", english[3]])
    script.lines[1].digits = "4271#"
    return script
  }

  private static func waitsForAgent() -> CallScript {
    var script = dialogue("agent-hangs-up", english)
    script.ending = .agent
    return script
  }
}
