import Testing

@testable import Configuration

/// A small program's settings.
private struct Sample: Equatable, Sendable {
  var port = 0
  var key = ""
  var url: String?
  var verbose = false
  var patience = Duration.zero

  static let list = SettingList<Sample>([
    SettingGroup(
      "Basics",
      [
        Setting("PORT", \.port, .number(1...65_535), default: "3000", "Where to listen."),
        Setting(
          required: "KEY", \.key, .text(atLeast: 8), "Opens the vendor.", [.secret, .reloads]),
      ]),
    SettingGroup(
      "More",
      [
        Setting(optional: "URL", \.url, .webURL, "Who calls.", .reloads),
        Setting("VERBOSE", \.verbose, .flag, default: "no", "Say more."),
        Setting("PATIENCE", \.patience, .seconds(0...60), default: "5", "How long to wait."),
        Setting(source: "INDEX", "Where others come from."),
      ]),
  ])
}

@Suite struct SettingsTests {
  private static func layer(_ origin: String, _ values: [String: String]) -> SettingLayer {
    SettingLayer(origin: origin, values: values)
  }

  @Test func `the first source that has a setting wins, and defaults fill the rest`() throws {
    let resolved = Sample.list.resolve([
      Self.layer("environment", ["PORT": "81", "URL": ""]),
      Self.layer(".env", ["PORT": "82", "KEY": "long enough", "URL": "https://a.example/"]),
    ])
    #expect(
      try resolved.build(Sample())
        == Sample(
          port: 81, key: "long enough", url: "https://a.example", verbose: false,
          patience: .seconds(5)))
    #expect(resolved.values["PORT"]?.origin == "environment")
    #expect(resolved.values["URL"]?.origin == ".env")
    #expect(resolved.values["PATIENCE"]?.origin == "default")
  }

  @Test func `everything that is wrong is said at once, without a value`() {
    let resolved = Sample.list.resolve([
      SettingLayer(
        origin: "command line", values: ["KEY": "hunter2hunter2", "PROT": "1"], isOurs: true,
        isVisible: true),
      Self.layer("environment", ["PORT": "99999", "URL": "ftp://secret", "HOME": "/root"]),
    ])
    #expect(
      throws: SettingsError([
        "KEY is a secret; others could read it on the command line",
        "command line sets PROT, which is no setting",
        "PORT (environment) must be a number from 1 to 65535",
        "URL (environment) must be a URL that starts with http:// or https://",
      ])
    ) { try resolved.build(Sample()) }
  }

  @Test func `a required setting is asked for with what it is for`() {
    #expect(throws: SettingsError("KEY must be set: Opens the vendor.")) {
      try Sample.list.resolve([]).build(Sample())
    }
  }

  @Test func `checks of several settings see whole values only`() {
    let good = Sample.list.resolve([Self.layer("environment", ["KEY": "long enough"])])
    #expect(throws: SettingsError("no")) { try good.build(Sample()) { _ in ["no"] } }
    let bad = Sample.list.resolve([Self.layer("environment", ["KEY": "short"])])
    #expect(throws: SettingsError("KEY (environment) must be a text of at least 8 bytes")) {
      try bad.build(Sample()) { _ in ["no"] }
    }
  }

  @Test func `a report masks secrets and names sources`() {
    let resolved = Sample.list.resolve([
      Self.layer("environment", ["KEY": "hunter2", "INDEX": "a\u{1B}b"])
    ])
    #expect(
      resolved.report() == """
        # Basics
        PORT      3000  [default]
        KEY       ********  [environment]
        # More
        URL       (unset)
        VERBOSE   no  [default]
        PATIENCE  5  [default]
        INDEX     a b  [environment]

        """)
  }

  @Test func `the example documents every setting and reads back as nothing set`() throws {
    let text = Sample.list.environmentFile(heading: ["All of it."], keeping: ["PORT"])
    #expect(
      text == """
        # All of it.

        # Basics
        #   Where to listen. (a number from 1 to 65535)
        PORT="3000"
        #   Opens the vendor. (a text of at least 8 bytes; required; secret; read again on SIGHUP)
        KEY=""

        # More
        #   Who calls. (a URL that starts with http:// or https://; read again on SIGHUP)
        URL=""
        #   Say more. (true or false)
        # VERBOSE="no"
        #   How long to wait. (a number of seconds from 0 to 60)
        # PATIENCE="5"
        #   Where others come from.
        INDEX=""

        """)
    let layer = try SettingLayer(origin: "env.example", environmentFile: text)
    #expect(layer.values == ["PORT": "3000"])
  }

  @Test func `a reload takes only what reloads`() throws {
    let old = Sample.list.resolve([
      Self.layer("environment", ["KEY": "long enough", "PORT": "81"])
    ])
    let read = Sample.list.resolve([
      Self.layer("environment", ["KEY": "even longer", "PORT": "82", "URL": "http://b.example"])
    ])
    let new = read.reloading(over: old)
    let sample = try new.build(Sample())
    #expect(sample.port == 81)
    #expect(sample.key == "even longer")
    #expect(new.changes(since: old) == ["KEY", "URL"])
    #expect(read.changes(since: new) == ["PORT"])
  }

  @Test(arguments: [("true", true), ("YES", true), ("0", false), ("off", false)])
  func `a flag is written as people write it`(text: String, value: Bool) {
    #expect(SettingType<Bool>.flag.parse(text) == value)
  }

  @Test func `a flag that is neither yes nor no is refused`() {
    #expect(SettingType<Bool>.flag.parse("maybe") == nil)
  }
}

@Suite struct SettingLayerTests {
  @Test func `a JSON file gives texts, numbers and booleans`() throws {
    let layer = try SettingLayer(
      origin: "x.json", json: Array(#"{"A": "b", "N": 12, "F": true, "Z": null, "E": ""}"#.utf8),
      isOurs: true)
    #expect(layer.values == ["A": "b", "N": "12", "F": "true"])
  }

  @Test(arguments: [
    ("{", "x.json is not valid JSON"),
    ("[]", "x.json is not a JSON object"),
    (
      #"{"A": ["secret"]}"#, "A in x.json must be a text, a number or a boolean"
    ),
  ])
  func `a JSON file that cannot be read says why without its content`(
    text: String, problem: String
  ) {
    #expect(throws: SettingsError(problem)) {
      try SettingLayer(origin: "x.json", json: Array(text.utf8), isOurs: true)
    }
  }

  @Test(arguments: [
    ("A=b\nexport C = d \r\n\n# no\n  E=f#g # no", ["A": "b", "C": "d", "E": "f#g"]),
    ("\u{FEFF}A='b $C \\n #'\n", ["A": "b $C \\n #"]),
    ("A=\"x\\ny\\\"\\\\\\$ \\q\" # note", ["A": "x\ny\"\\$ \\q"]),
    ("KEY=\"-----BEGIN\nabc\n-----END\"\nB=2", ["KEY": "-----BEGIN\nabc\n-----END", "B": "2"]),
    ("A=\nB=\"\"\nC=# only a comment\n", [:]),
    ("URL=postgresql://u:p@h/d?a=b", ["URL": "postgresql://u:p@h/d?a=b"]),
    ("", [:]),
  ])
  func `an environment file is read as dotenv reads it`(
    text: String, values: [String: String]
  ) throws {
    #expect(try SettingLayer(origin: ".env", environmentFile: text).values == values)
  }

  @Test(arguments: [
    ("A=1\nsecret words\n", ".env, line 2: expected NAME=value"),
    ("1A=secret", ".env, line 1: expected NAME=value"),
    ("A=1\n\nA=secret", ".env, line 3: A is set a second time"),
    ("A=\"secret\nB=2", ".env, line 1: a quote is not closed"),
    ("A='x' secret", ".env, line 1: there is text behind the closing quote"),
  ])
  func `a mistake in an environment file is named by its line alone`(
    text: String, problem: String
  ) {
    #expect(throws: SettingsError(problem)) {
      try SettingLayer(origin: ".env", environmentFile: text)
    }
  }
}
