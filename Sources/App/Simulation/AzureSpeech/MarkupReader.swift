internal import Buffers

/// Reads the elements of SSML that the stand-in knows; every other one is an error.
struct MarkupReader {
  /// Of `speak` and all elements without a prefix.
  private static let namespace = "http://www.w3.org/2001/10/synthesis"
  /// `voice` elements of one document.
  private static let mostVoices = 50

  /// What has been read.
  private(set) var markup = SpeechMarkup()
  /// `voice` elements so far.
  private var voiceCount = 0

  /// A `speak` element with its voices.
  mutating func readDocument(_ root: XMLElement) throws(MarkupError) {
    guard root.name == "speak" else { throw MarkupError("the root element is not speak") }
    guard root["version"] == "1.0" else { throw MarkupError("speak needs version=\"1.0\"") }
    guard root["xmlns"] == Self.namespace else {
      throw MarkupError("speak needs xmlns=\"\(Self.namespace)\"")
    }
    guard let language = root["xml:lang"], !language.isEmpty else {
      throw MarkupError("speak needs xml:lang")
    }
    for child in root.children {
      switch child {
      case .text(let text):
        guard text.allSatisfy(\.isWhitespace) else { throw MarkupError("text stands in no voice") }
      case .element(let element):
        guard element.name == "voice" else { throw MarkupError("speak takes voices only") }
        try readVoice(element)
      }
    }
    guard voiceCount > 0 else { throw MarkupError("speak has no voice") }
  }

  /// A `voice` element with what it says.
  private mutating func readVoice(_ element: XMLElement) throws(MarkupError) {
    voiceCount += 1
    guard voiceCount <= Self.mostVoices else {
      throw MarkupError("speak has more than \(Self.mostVoices) voices")
    }
    guard let name = element["name"] else { throw MarkupError("voice needs name") }
    guard let voice = AzureVoice.named(name) else { throw MarkupError("unsupported voice") }
    markup.use(voice)
    try readChildren(of: element, voice)
  }

  /// Everything in an element; with `spells` its characters are said one by one.
  private mutating func readChildren(
    of element: XMLElement, _ voice: AzureVoice, spells: Bool = false
  ) throws(MarkupError) {
    for child in element.children {
      switch child {
      case .text(let text): markup.append(spells ? Self.spelt(text) : text, voice)
      case .element(let element): try read(element, voice, spells: spells)
      }
    }
  }

  /// An element inside a voice.
  private mutating func read(
    _ element: XMLElement, _ voice: AzureVoice, spells: Bool
  ) throws(MarkupError) {
    switch element.name {
    case "prosody": try MarkupValues.checkProsody(element)
    case "break": return markup.append(try MarkupValues.pause(of: element))
    case "mstts:silence": return try readSilence(element)
    case "lang": try Self.require("xml:lang", in: element)
    case "mstts:express-as": try Self.require("style", in: element)
    case "say-as":
      try Self.require("interpret-as", in: element)
      let kind = element["interpret-as"] ?? ""
      return try readChildren(of: element, voice, spells: MarkupValues.spelling.contains(kind))
    default: throw MarkupError("an element is not known to the simulator")
    }
    try readChildren(of: element, voice, spells: spells)
  }

  /// Silence at the edges is kept apart; that between sentences and at commas is not made.
  private mutating func readSilence(_ element: XMLElement) throws(MarkupError) {
    guard let type = element["type"], let text = element["value"],
      let length = MarkupValues.time(text), length <= .seconds(5)
    else { throw MarkupError("mstts:silence needs type and value, to 5000ms") }
    switch type {
    case "Leading-exact": markup.leading = length
    case "Leading": markup.leading += length
    case "Tailing-exact": markup.trailing = length
    case "Tailing": markup.trailing += length
    case "Sentenceboundary", "Sentenceboundary-exact", "Comma-exact", "Semicolon-exact",
      "Enumerationcomma-exact":
      break
    default: throw MarkupError("mstts:silence has an unknown type")
    }
  }

  /// Throws when an attribute is missing or empty.
  private static func require(_ name: String, in element: XMLElement) throws(MarkupError) {
    guard element[name]?.isEmpty == false else {
      throw MarkupError("\(element.name) needs \(name)")
    }
  }

  /// Digits and letters one by one.
  private static func spelt(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).map { SpokenDigits.spaced(String($0)) }
      .joined(separator: ", ")
  }
}
