import Buffers
import Simulation
import Testing

@Suite struct NumberStockTests {
  private static let flow = ("VoiceUrl", "http://my.exotel.com/payaid1/exoml/start_voice/4711")

  private func numbers(_ answer: RestAnswer) -> [String] {
    let list = answer.document.arrayValue ?? answer.document["incoming_phone_numbers"]?.arrayValue
    return list?.compactMap { $0["phone_number"]?.stringValue } ?? []
  }

  @Test(arguments: [
    ("Landline", [], 60), ("Mobile", [("InRegion", "KA")], 20), ("TollFree", [], 20),
    ("Landline", [("Contains", "4714")], 20),
    ("Landline", [("InRegion", "KA"), ("Contains", "1407")], 0),
  ])
  func `what is offered is filtered by kind, circle and digits`(
    type: String, query: [(String, String)], count: Int
  ) {
    let stock = NumberStock(account: "payaid1")
    let found = numbers(stock.available(country: "IN", type: type, query: query))
    #expect(found.count == count && Set(found).count == count)
    #expect(found.allSatisfy { $0.hasPrefix("+91") && $0.utf8.count == 13 })
  }

  @Test func `a number is bought, listed, changed and given back`() throws {
    var stock = NumberStock(account: "payaid1")
    let bought = stock.buy(
      [("PhoneNumber", "08047140010"), ("FriendlyName", "desk"), Self.flow], sid: "s1")
    #expect(bought.status == 200 && bought.document["sid"] == "s1")
    #expect(bought.document["rental_price"] == "499.000000")
    #expect(numbers(stock.list(query: [])) == ["+918047140010"])
    #expect(numbers(stock.list(query: [("page", "1")])) == [])
    let again = stock.buy([("PhoneNumber", "+918047140010")], sid: "s2")
    #expect(again.status == 400)
    #expect(stock.update(sid: "s1", [("FriendlyName", "shop")]).document["friendly_name"] == "shop")
    #expect(stock.details(sid: "s1").document["voice_url"] == .string(Self.flow.1))
    #expect(
      stock.release(sid: "s1") == RestAnswer(status: 202, ["Status": 202, "Message": "Accepted"]))
    #expect(stock.release(sid: "s1").status == 404 && stock.details(sid: "s1").status == 404)
    #expect(stock.buy([("PhoneNumber", "+918047140010")], sid: "s3").status == 200)
  }

  @Test(arguments: [
    "https://example.in/hook", "http://my.exotel.com/other/exoml/start_voice/1", "",
  ])
  func `only a flow of the account can answer`(url: String) {
    var stock = NumberStock(account: "payaid1")
    let answer = stock.buy([("PhoneNumber", "+918047140010"), ("VoiceUrl", url)], sid: "s1")
    #expect(answer.status == 400 && numbers(stock.list(query: [])) == [])
  }

  @Test func `another country or kind is not found`() {
    let stock = NumberStock(account: "payaid1")
    #expect(stock.available(country: "US", type: "Landline", query: []).status == 404)
    #expect(stock.available(country: "IN", type: "Satellite", query: []).status == 404)
  }
}
