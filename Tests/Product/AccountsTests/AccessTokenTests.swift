internal import Buffers
internal import Domain
internal import TLS
import Testing

@testable internal import Accounts

@Suite struct AccessTokenTests {
  private static let week: Int64 = 7 * 86_400
  /// A day into some week.
  private let now = Moment(seconds: 2_900 * week + 86_400)
  private let ring: KeyRing
  private let keys: SigningKeys

  init() {
    ring = KeyRing(MasterKey(bytes: Array(repeating: 6, count: 32)))
    keys = SigningKeys(ring)
  }

  private func token(at moment: Moment) -> AccessToken {
    AccessToken(
      user: UserID(), merchant: MerchantID(), session: SessionID(), issueTime: moment)
  }

  private func forged(header: String, claims: String, key: [UInt8]) -> String {
    let text = [header, claims].map {
      Base64.encode(Array($0.utf8), variant: .urlSafe, padded: false)
    }.joined(separator: ".")
    let tag = Digest.hmacSHA256(key: key, text.utf8)
    return text + "." + Base64.encode(tag, variant: .urlSafe, padded: false)
  }

  @Test func `a token reads back as it was signed`() {
    let token = token(at: now)
    #expect(AccessToken(token.signed(by: keys), keys: keys, now: now) == token)
  }

  @Test func `a token lives for a day, and not before it was made`() {
    let text = token(at: now).signed(by: keys)
    #expect(AccessToken(text, keys: keys, now: now + .seconds(86_399)) != nil)
    #expect(AccessToken(text, keys: keys, now: now + .seconds(86_400)) == nil)
    #expect(AccessToken(text, keys: keys, now: now - .seconds(61)) == nil)
  }

  @Test func `a token outlives the change of keys, but not two`() {
    let last = Moment(seconds: 2_901 * Self.week - 1)
    let text = token(at: last).signed(by: keys)
    #expect(AccessToken(text, keys: keys, now: last + .seconds(3_600)) != nil)
    #expect(keys.signing(at: last).id == "w2900")
    #expect(keys.signing(at: last + .seconds(200)).id == "w2900", "signing hesitates")
    #expect(keys.signing(at: last + .seconds(302)).id == "w2901")
    #expect(keys.verifying("w2900", at: last + .seconds(Self.week)) != nil)
    #expect(keys.verifying("w2900", at: last + .seconds(Self.week + 1)) == nil)
    #expect(keys.verifying("w2902", at: last) == nil)
  }

  @Test func `a new master key signs, and the one before counts for a day`() throws {
    let old = token(at: now).signed(by: keys)
    let change = now + .seconds(3_600)
    ring.add(MasterKey(number: 2, bytes: Array(repeating: 7, count: 32), activeTime: change))
    #expect(keys.verifying("w2900.2", at: change - .seconds(1)) == nil)
    #expect(keys.signing(at: change + .seconds(299)).id == "w2900", "signing hesitates")
    let later = change + .seconds(300)
    #expect(keys.signing(at: later).id == "w2900.2")
    #expect(keys.signing(at: later).key != keys.signing(at: now).key)
    let new = token(at: later)
    #expect(AccessToken(new.signed(by: keys), keys: keys, now: later) == new)
    #expect(AccessToken(old, keys: keys, now: later) != nil)
    #expect(keys.verifying("w2900", at: change + .seconds(86_699)) != nil)
    #expect(keys.verifying("w2900", at: change + .seconds(86_700)) == nil)
  }

  @Test func `one changed character anywhere makes it nothing`() {
    let text = token(at: now).signed(by: keys)
    // The last character of a part carries bits that mean nothing.
    for index in text.indices.dropLast() where text[index] != "." {
      var changed = text
      changed.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
      #expect(AccessToken(changed, keys: keys, now: now) == nil, "\(text[index])")
    }
  }

  @Test(arguments: [
    #"{"alg":"none","kid":"w2900"}"#, #"{"alg":"HS512","kid":"w2900"}"#, #"{"kid":"w2900"}"#,
    #"{"alg":"HS256"}"#, #"{"alg":"HS256","kid":"w2800"}"#, #"{"alg":"HS256","kid":7}"#,
    #"{"alg":"HS256","kid":"w2900","crit":["exp"]}"#, "[]", "x",
  ])
  func `only the one algorithm with a live key is taken`(header: String) {
    let claims = """
      {"iss":"payaid-voice","sub":"\(UserID())","sid":"\(SessionID())","merchant_id":"\(MerchantID())",\
      "iat":\(now.seconds),"exp":\(now.seconds + 60)}
      """
    let key = ring.key("access-tokens:2900")
    #expect(
      AccessToken(
        forged(header: #"{"alg":"HS256","kid":"w2900"}"#, claims: claims, key: key), keys: keys,
        now: now) != nil)
    #expect(
      AccessToken(forged(header: header, claims: claims, key: key), keys: keys, now: now) == nil)
    #expect(
      AccessToken(
        forged(header: #"{"alg":"HS256","kid":"w2900"}"#, claims: claims, key: [1]), keys: keys,
        now: now) == nil)
  }

  @Test(arguments: ["", ".", "..", "a.b", "a.b.c.d", "....", "e30.e30.e30"])
  func `another text is no token`(text: String) {
    #expect(AccessToken(text, keys: keys, now: now) == nil)
  }
}
