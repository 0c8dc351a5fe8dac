/// The order desk that both default callers talk to.
extension AnswerRule {
  package static let defaults: [AnswerRule] = english + hindi

  private static let english: [AnswerRule] = [
    rule(
      "cancel", "All right, I have noted that you want to cancel. Is there anything else?",
      tool: "cancel", then: "I have asked for the cancellation. {result} Is there anything else?"),
    rule(
      "number (is|follows)|order [0-9]",
      "Thank you. Order {digits} was shipped yesterday and is on its way to you.",
      tool: "order|status|look|get|find|fetch|customer",
      then: "Thank you. I have looked at order {digits}. {result}"),
    rule(
      "when .*(arrive|deliver|reach|come)",
      "It will arrive tomorrow before six in the evening. Is there anything else I can do?"),
    ending("bye|that is all|nothing else|no,? thank", "Thank you for calling. Goodbye."),
    rule(
      "human|real person|transfer|manager", "I will connect you with a colleague. Please hold.",
      tool: "transfer|handoff|escalate", then: "I am connecting you now."),
    rule("leave a message", "Hello. Please call us back about your order. Thank you."),
    rule("order|parcel|package", "Certainly. Please tell me your order number."),
    rule("hello|hi\\b|good (morning|evening)", "Hello! How can I help you?"),
  ]

  private static let hindi: [AnswerRule] = [
    rule(
      "रद्द|कैंसल", "ठीक है, मैंने आपका अनुरोध दर्ज कर लिया है। क्या और कोई सहायता चाहिए?",
      tool: "cancel", then: "आपका अनुरोध भेज दिया गया है। क्या और कोई सहायता चाहिए?"),
    rule(
      "नंबर", "धन्यवाद। आपका ऑर्डर {digits} कल भेजा गया था और रास्ते में है।",
      tool: "order|status|look|get|find|fetch|customer",
      then: "धन्यवाद। मैंने आपका ऑर्डर {digits} देख लिया है। {result}"),
    rule("कब|पहुँच|पहुंच", "यह कल शाम छह बजे से पहले पहुँच जाएगा। क्या और कोई सहायता चाहिए?"),
    ending("धन्यवाद|बस इतना|अलविदा", "कॉल करने के लिए धन्यवाद। नमस्ते।"),
    rule("ऑर्डर|पार्सल", "ज़रूर। कृपया अपना ऑर्डर नंबर बताइए।"),
    rule("नमस्ते|हेलो", "नमस्ते! मैं आपकी क्या सहायता कर सकती हूँ?"),
  ]

  private static func rule(
    _ pattern: String, _ say: String, tool: String? = nil, then: String? = nil
  ) -> AnswerRule {
    var rule = AnswerRule(pattern, say: say)
    rule.tool = tool
    rule.then = then
    return rule
  }

  private static func ending(_ pattern: String, _ say: String) -> AnswerRule {
    var rule = AnswerRule(pattern, say: say)
    rule.endsCall = true
    return rule
  }
}
