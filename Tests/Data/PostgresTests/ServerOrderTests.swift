import Testing

@testable internal import Postgres

@Suite struct ServerOrderTests {
  private func order(_ url: String, failures: Int) -> [String: String] {
    var order = ServerOrder(url: url)
    for _ in 0..<failures { order.failed(startingWith: order.first) }
    return Dictionary(uniqueKeysWithValues: order.parameters.map { ($0.name, $0.value) })
  }

  @Test(arguments: [
    (
      "postgresql://u@10.0.0.1:1,10.0.0.2:2,10.0.0.3:3/db", 1,
      ["10.0.0.2,10.0.0.3,10.0.0.1", "2,3,1"]
    ),
    (
      "postgresql://u@10.0.0.1:1,10.0.0.2:2,10.0.0.3:3/db", 2,
      ["10.0.0.3,10.0.0.1,10.0.0.2", "3,1,2"]
    ),
    ("postgresql:///db?host=%2Fa,%2Fb&user=u", 1, ["/b,/a", nil]),
    ("host=a,b port=5433 dbname=db", 1, ["b,a", nil]),
    ("host=a,b port=,5433", 1, ["b,a", "5433,"]),
  ])
  func `after a failure the next server is first`(url: String, failures: Int, expected: [String?]) {
    let found = order(url, failures: failures)
    #expect([found["host"], found["port"]] == expected)
    #expect(found["hostaddr"] == nil)
  }

  @Test func `addresses move with their names`() {
    let found = order("host=a,b hostaddr=10.0.0.1,10.0.0.2", failures: 1)
    #expect(found == ["host": "b,a", "hostaddr": "10.0.0.2,10.0.0.1"])
  }

  @Test(arguments: [
    "postgresql://u@10.0.0.1:1/db", "postgresql:///db", "host=a", "not a URL =", "", "db",
  ])
  func `one server, or none, keeps its order`(url: String) {
    #expect(order(url, failures: 3) == [:])
  }

  @Test func `after as many failures as servers the first is first again`() {
    #expect(order("host=a,b", failures: 2) == [:])
  }

  @Test func `attempts that failed at a time count as one`() {
    var order = ServerOrder(url: "host=a,b,c")
    order.failed(startingWith: 0)
    order.failed(startingWith: 0)
    #expect(order.first == 1)
  }

  @Test func `the order stands behind the URL and a password stays out of it`() {
    var configuration = PostgresConfiguration(url: "postgresql://u:hidden@a,b/db")
    var order = ServerOrder(url: configuration.url)
    order.failed(startingWith: 0)
    configuration.order = order.parameters
    let names = configuration.parameters.map(\.name)
    #expect(Array(names.suffix(3)) == ["dbname", "host", "port"])
    #expect(configuration.parameters.suffix(2).map(\.value) == ["b,a", ","])
    #expect(!order.parameters.contains { $0.value.contains("hidden") })
    #expect(
      configuration.parameters.contains {
        $0.name == "target_session_attrs" && $0.value == "read-write"
      })
  }
}
