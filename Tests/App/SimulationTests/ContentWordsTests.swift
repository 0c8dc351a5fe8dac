import Testing

@testable import Simulation

@Suite struct ContentWordsTests {
  @Test(arguments: [
    ("What is your return policy?", ["return", "policy"]),
    ("He returned the boxes; returning is free.", ["return", "box", "return", "free"]),
    ("Cities, parties and classes", ["city", "party", "class"]),
    ("Shipping and cancelled charges", ["ship", "cancel", "charg"]),
    ("The gas status is this bus", ["gas", "status", "bus"]),
    ("Pay ₹1,500 in 30 days", ["pay", "1", "500", "30", "day"]),
    ("आपकी वापसी की नीति क्या है?", ["वापस", "नीत"]),
    ("हम शहरों में पहुँचाते हैं, शहर में पहुंचाता है।", ["शहर", "पहुंचात", "शहर", "पहुंचात"]),
    ("ज़मीन जमीन २५ दिन", ["जमीन", "जमीन", "25", "दिन"]),
    ("What is it?", ["what", "is", "it"]),
    ("?! …", []),
  ])
  func `a text is its telling words without their endings`(text: String, stems: [String]) {
    #expect(ContentWords(text).stems == stems)
  }

  @Test func `shared words count once`() {
    let question = ContentWords("Return, returns and a policy")
    #expect(question.shared(with: ContentWords("The return policy on returned goods")) == 2)
    #expect(question.shared(with: ContentWords("Opening hours")) == 0)
  }
}
