import Testing

@testable import Simulation

@Suite struct TextVectorTests {
  static let passages = [
    "Returns. You may return any item within 30 days of delivery. Our return policy covers "
      + "damaged goods and wrong sizes; refunds reach your bank in five working days.",
    "We deliver to Pune, Mumbai, Delhi and Bengaluru. Other cities follow in spring. Delivery to "
      + "these cities takes two days.",
    "The warranty of every mixer is two years. Keep the bill and call the service centre.",
    "Our shop is open from nine to six, Monday to Saturday.",
    "वापसी की नीति: आप तीस दिन के भीतर कोई भी सामान वापस कर सकते हैं।",
    "हम पुणे, मुंबई और दिल्ली में डिलीवरी करते हैं। बाकी शहर जल्द जुड़ेंगे।",
    "मिक्सर की वारंटी दो साल की है।",
  ]

  static func cosine(_ a: [Double], _ b: [Double]) -> Double {
    let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    return product / (length(a) * length(b))
  }

  static func length(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  static func vector(_ text: String, model: String, _ dimension: Int) throws -> [Double] {
    let model = try #require(EmbeddingModel.named(model))
    return TextVector(text, model: model).prefix(dimension, normalized: model.normalizesParts)
  }

  @Test(
    arguments: [
      ("What is your return policy?", 0), ("Which cities do you deliver to?", 1),
      ("How long is the warranty on a mixer?", 2), ("When does the shop open on Monday?", 3),
      ("आपकी वापसी की नीति क्या है?", 4), ("आप किन शहरों में डिलीवरी करते हैं?", 5),
      ("मिक्सर पर कितने साल की वारंटी है?", 6),
    ],
    [("gemini-embedding-001", 128), ("gemini-embedding-001", 768), ("gemini-embedding-2", 3_072)])
  func `a question lies nearest to the passage that answers it`(
    question: (String, Int), space: (String, Int)
  ) throws {
    let asked = try Self.vector(question.0, model: space.0, space.1)
    let scores = try Self.passages.map {
      Self.cosine(asked, try Self.vector($0, model: space.0, space.1))
    }
    let best = try #require(scores.max())
    #expect(scores.firstIndex(of: best) == question.1, "\(scores)")
    #expect(best > 0.2)
  }

  @Test(arguments: [
    ("gemini-embedding-001", 3_072, 0.99...1.01), ("gemini-embedding-001", 768, 0.3...0.7),
    ("gemini-embedding-2", 3_072, 0.99...1.01), ("gemini-embedding-2", 768, 0.99...1.01),
  ])
  func `parts have length one in the second space only`(
    model: String, dimension: Int, length: ClosedRange<Double>
  ) throws {
    for text in Self.passages {
      #expect(length.contains(Self.length(try Self.vector(text, model: model, dimension))))
    }
  }

  @Test func `the first space's parts are the start of the whole`() throws {
    let whole = try Self.vector(Self.passages[0], model: "gemini-embedding-001", 3_072)
    let part = try Self.vector(Self.passages[0], model: "gemini-embedding-001", 700)
    #expect(part == Array(whole.prefix(700)))
  }

  @Test func `the two spaces have nothing in common`() throws {
    let first = try Self.vector(Self.passages[0], model: "gemini-embedding-001", 3_072)
    let second = try Self.vector(Self.passages[0], model: "gemini-embedding-2", 3_072)
    #expect(abs(Self.cosine(first, second)) < 0.1)
  }

  @Test(arguments: ["?!", "the", "4", "क्या है", "日本"])
  func `no text has a vector of zeros`(text: String) throws {
    #expect(Self.length(try Self.vector(text, model: "gemini-embedding-001", 128)) > 0.05)
  }
}
