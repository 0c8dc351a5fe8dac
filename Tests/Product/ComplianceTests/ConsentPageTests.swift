import Buffers
import Domain
internal import HTTP
import TLS
import Testing
import VoiceAPI

@testable internal import Compliance

@Suite struct ConsentPageTests {
  private static let hostile = "<script>alert('1')</script> & \"Co\" \u{202E}{contact}"

  private static func form(
    _ purposes: [Payaid.Voice.V1.CallPurpose] = ConsentFormRules.purposes, offering: String = "",
    contact: String = "", days: Int = 180
  ) throws -> ConsentFormRecord {
    ConsentFormRecord(
      id: ConsentFormID(), merchant: MerchantID(),
      question: .init(
        phoneNumber: try #require(PhoneNumber("+919876543210")), purposes: purposes, language: nil,
        offering: offering, contact: contact, consentDays: days),
      createTime: Moment(seconds: 1_795_372_200), expireTime: Moment(seconds: 1_795_977_000),
      answer: nil)
  }

  private static func asker(_ name: String = "Chai & Co", address: String = "1 MG Road, Pune")
    -> ConsentAsker
  { ConsentAsker(name: name, address: address, email: "care@example.in") }

  @Test(arguments: [
    ("plain", "plain"), ("<script>", "&lt;script&gt;"), ("a&b", "a&amp;b"),
    ("\"it's\"", "&quot;it&#39;s&quot;"), ("&lt;", "&amp;lt;"), ("a\nb\tc", "a\nb\tc"),
    ("a\u{0}b\u{1B}\u{7F}\u{85}c", "abc"), ("हाँ 😀", "हाँ 😀"), ("", ""),
  ])
  func `text is escaped once, and stands for itself`(text: String, escaped: String) {
    #expect(HTML.escaped(text) == escaped)
    #expect("<p title=\"\(text)\">" as HTML == HTML(stringLiteral: "<p title=\"\(escaped)\">"))
    #expect("\("<i>\(text)</i>" as HTML)" as HTML == HTML(stringLiteral: "<i>\(escaped)</i>"))
  }

  @Test func `a fact is put in as it is, and only once`() {
    let line = ConsentLine("{a}, {b}!", ["a": "{b}", "b": "<x>"])
    #expect(line.text == "{b}, <x>!")
    #expect(line.html.text == "<bdi>{b}</bdi>, <bdi>&lt;x&gt;</bdi>!")
  }

  @Test(arguments: FormLanguage.allCases)
  func `the page has every line of the notice in its order, and nothing of others as markup`(
    language: FormLanguage
  ) throws {
    let notice = ConsentNotice(
      try Self.form(offering: Self.hostile, contact: Self.hostile),
      by: Self.asker(Self.hostile, address: Self.hostile), in: language)
    let page = ConsentPage.asking(notice, problem: nil).text
    #expect(!page.contains("<script") && !page.contains("javascript"))
    var rest = page.replacing("<bdi>", with: "").replacing("</bdi>", with: "")[...]
    for line in notice.text.split(separator: "\n") {
      let found = try #require(rest.firstRange(of: HTML.escaped(String(line))), "\(line)")
      rest = rest[found.upperBound...]
    }
  }

  @Test(arguments: FormLanguage.allCases)
  func `each purpose that is asked for has a box of its own that nobody ticked`(
    language: FormLanguage
  ) throws {
    let notice = ConsentNotice(
      try Self.form([.service, .promotional]), by: Self.asker(), in: language)
    let page = ConsentPage.asking(notice, problem: nil).text
    #expect(page.ranges(of: "type=\"checkbox\"").count == 2)
    #expect(page.ranges(of: "<label>").count == 2)
    #expect(page.contains("value=\"service\"") && page.contains("value=\"promotional\""))
    #expect(!page.contains("checked") && !page.contains("value=\"service_explicit\""))
    #expect(page.contains("<html lang=\"\(language.rawValue)\">"))
    #expect(page.contains("href=\"?language=\(language.other.rawValue)\""))
  }

  @Test(arguments: FormLanguage.allCases)
  func
    `a notice says who, what for, which data, how long, how to take it back and where to complain`(
      language: FormLanguage
    ) throws
  {
    let text = ConsentNotice(
      try Self.form(offering: "Tea", days: 30), by: Self.asker(), in: language
    ).text
    for fact in [
      "Chai & Co", "1 MG Road, Pune", "care@example.in", "Tea", "30 ", "90 ", "1909",
      "Data Protection Board of India", PhoneNumber("+919876543210")?.description ?? "",
    ] { #expect(text.contains(fact), "\(fact)") }
    #expect(!text.contains("9876543210") && !text.contains("543210"))
    #expect(!text.contains("{"))
  }

  @Test(arguments: FormLanguage.allCases)
  func `pages of answers name the merchant as text, and only a consent has a button`(
    language: FormLanguage
  ) throws {
    let (form, asker) = (try Self.form(), Self.asker(Self.hostile))
    let terms = ConsentTerms(
      basis: .explicit, purposes: [.promotional], grantTime: form.createTime,
      recordTime: form.createTime)
    let given = ConsentPage.given(terms, on: form, to: asker, language).text
    #expect(given.ranges(of: "<button").count == 1 && given.contains("value=\"withdraw\""))
    #expect(given.ranges(of: "<dt>").count == 1)
    let ended = [
      ConsentPage.withdrawn(at: form.createTime, form, from: asker, language).text,
      ConsentPage.refused(at: form.createTime, form, asker, language).text,
    ]
    #expect(!ended.contains { $0.contains("<form") })
    for page in [given] + ended {
      #expect(page.contains(HTML.escaped(Self.hostile)) && !page.contains("<script"))
      #expect(page.contains("<html lang=\"\(language.rawValue)\">") && page.contains("2026"))
    }
  }

  /// A notice that was given is proved by its text; words that change need another version.
  @Test(arguments: [
    (FormLanguage.english, "1", "75a93fdfa5d9d9f652037900b633d154806cc95524408152e0fe8421caef11bf"),
    (FormLanguage.hindi, "1", "cca483d8f7d73dcae6e8e7654141d1b6ddd3a3eb8da04d0d42a2273ba428916e"),
  ])
  func `the words of a notice change with its version only`(
    language: FormLanguage, version: String, digest: String
  ) throws {
    let notice = ConsentNotice(
      try Self.form(offering: "Tea"), by: Self.asker(), in: language)
    #expect(ConsentNotice.version == version)
    #expect(notice.digest == digest)
  }

  @Test func `the style sheet of a page is the one that its policy allows`() throws {
    let page = ConsentPage.problem(.noForm).text
    let start = try #require(page.firstRange(of: "<style>")).upperBound
    let end = try #require(page.firstRange(of: "</style>")).lowerBound
    let digest = Base64.encode(Digest.sha256(String(page[start..<end]).utf8))
    let reply = ConsentReply(.ok, ConsentPage.problem(.noForm))
    let policy = try #require(reply.headers["content-security-policy"])
    #expect(policy.contains("style-src 'sha256-\(digest)'") && !policy.contains("unsafe"))
    #expect(policy.hasPrefix("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
    #expect(reply.headers["referrer-policy"] == "no-referrer")
    #expect(reply.headers["cache-control"] == "no-store")
    #expect(reply.headers["x-frame-options"] == "DENY")
  }

  @Test(
    arguments: [
      (nil, nil, "", "en"), (nil, nil, "hi-IN,en;q=0.5", "hi"), (nil, nil, "ta, HI;q=0.1", "hi"),
      (nil, "hi", "en", "hi"), ("en", "hi", "hi", "en"), ("xx", "hi", "en", "hi"),
      (nil, nil, ";;,,-", "en"), (nil, nil, "hindi", "en"),
    ] as [(String?, String?, String, String)])
  func `the person's choice of language comes first, then the merchant's, then the browser's`(
    chosen: String?, merchant: String?, accepted: String, language: String
  ) {
    let found = FormLanguage(
      chosen: chosen, by: merchant.flatMap(FormLanguage.init(rawValue:)), accepted: accepted)
    #expect(found.rawValue == language)
  }

  @Test func `a problem's page is in every language and names nobody`() {
    for problem in ConsentProblem.allCases {
      let page = ConsentPage.problem(problem).text
      #expect(page.contains("lang=\"hi\"") && page.contains("lang=\"en\""))
      #expect(!page.contains("<form") && !page.contains("bdi"))
    }
  }
}

@Suite struct ConsentAnswerTests {
  private static let digest = String(repeating: "a", count: 64)

  private func read(
    _ body: String, _ type: String = "application/x-www-form-urlencoded"
  ) throws(ConsentAnswer.Refusal) -> ConsentAnswer {
    try ConsentAnswer(
      Array(body.utf8), contentType: type, asked: [.service, .promotional])
  }

  @Test(
    arguments: [
      ("answer=allow&purpose=service", .allow([.service])),
      ("purpose=promotional&purpose=service&answer=allow", .allow([.service, .promotional])),
      ("answer=refuse&purpose=service", .refuse), ("answer=refuse", .refuse),
      ("answer=withdraw", .withdraw),
    ] as [(String, ConsentAnswer.Choice)])
  func `a page's fields are read`(body: String, choice: ConsentAnswer.Choice) throws {
    let answer = try read(body + "&language=hi&notice=" + Self.digest)
    #expect(answer.choice == choice && answer.language == .hindi && answer.notice == Self.digest)
  }

  @Test(arguments: [
    "", "answer=allow&purpose=service", "answer=allow&purpose=service_explicit&language=en",
    "answer=allow&purpose=transactional&language=en", "answer=allow&purpose=&language=en",
    "answer=allow&purpose=service&purpose=service&language=en", "answer=&language=en",
    "answer=allow&answer=refuse&purpose=service&language=en", "answer=yes&language=en",
    "answer=refuse&language=en&language=en", "answer=refuse&language=ta",
    "answer=refuse%00&language=en",
    "answer=refuse&language=en&other=1", "answer=refuse&language=en&%zz=1",
    "answer=refuse&language=en&notice=%ff", "answer=withdraw&purpose=service&language=en",
    "{\"answer\":\"allow\"}", "a=1&a=2&a=3&a=4&a=5&a=6&a=7&a=8&a=9", "ANSWER=refuse&language=en",
    "answer=allow&purpose[]=service&language=en", "answer=refuse;language=en",
  ])
  func `what the page does not send is no answer`(body: String) {
    #expect(throws: ConsentAnswer.Refusal.malformed) { try read(body) }
  }

  @Test func `allowing nothing is told apart from a broken answer`() {
    #expect(throws: ConsentAnswer.Refusal.nothingTicked) { try read("answer=allow&language=en") }
  }

  @Test(arguments: ["", "application/json", "multipart/form-data; boundary=x", "text/plain"])
  func `another media type is refused before it is read`(type: String) {
    #expect(throws: ConsentAnswer.Refusal.mediaType) { try read("answer=refuse&language=en", type) }
  }

  @Test func `a body is bounded, and a charset is no other type`() throws {
    let padding = String(repeating: "x", count: ConsentAnswer.sizeLimit)
    #expect(throws: ConsentAnswer.Refusal.tooLarge) { try read("notice=" + padding) }
    let type = "application/x-www-form-urlencoded; charset=UTF-8"
    #expect(try read("answer=refuse&language=en", type).choice == .refuse)
  }
}
