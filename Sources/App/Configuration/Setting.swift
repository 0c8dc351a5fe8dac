/// One thing that can be set: its name, what it takes, what it is for, and where its value goes.
///
/// `Root` is the value that all settings together make.
package struct Setting<Root>: Sendable {
  /// The name in every source, in capitals.
  package let name: String
  /// One or two sentences for whoever sets it.
  package let summary: String
  /// What a value looks like, behind "must be".
  package let form: String
  /// The text that counts when nothing is set.
  package let fallback: String?
  /// Whether the program cannot start without it.
  package let isRequired: Bool
  package let traits: SettingTraits

  /// Puts the value of a text into its place; false when the text is not of the form.
  let assign: @Sendable (String, inout Root) -> Bool

  package var isSecret: Bool { traits.contains(.secret) }
}

extension Setting {
  /// A setting with a default, which must be of its type.
  package init<Value>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ type: SettingType<Value>,
    default fallback: String, _ summary: String, _ traits: SettingTraits = []
  ) {
    precondition(type.parse(fallback) != nil, "the default of \(name) is not \(type.form)")
    self.init(name, path, type, fallback, isRequired: false, traits, summary)
  }

  /// A setting that the program cannot start without.
  package init<Value>(
    required name: String, _ path: any WritableKeyPath<Root, Value> & Sendable,
    _ type: SettingType<Value>, _ summary: String, _ traits: SettingTraits = []
  ) {
    self.init(name, path, type, nil, isRequired: true, traits, summary)
  }

  /// A setting that may stay unset.
  package init<Value>(
    optional name: String, _ path: any WritableKeyPath<Root, Value?> & Sendable,
    _ type: SettingType<Value>, _ summary: String, _ traits: SettingTraits = []
  ) {
    let optional = SettingType<Value?>(type.form) { text in type.parse(text).map { $0 } }
    self.init(name, path, optional, nil, isRequired: false, traits, summary)
  }

  /// A setting with no place in `Root`: it says where other settings come from, and is looked up by
  /// name while they are gathered.
  package init(source name: String, _ summary: String, _ traits: SettingTraits = []) {
    self.init(
      name: name, summary: summary, form: "a text", fallback: nil, isRequired: false,
      traits: traits, assign: { _, _ in true })
  }

  private init<Value>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ type: SettingType<Value>,
    _ fallback: String?, isRequired: Bool, _ traits: SettingTraits, _ summary: String
  ) {
    self.init(
      name: name, summary: summary, form: type.form, fallback: fallback, isRequired: isRequired,
      traits: traits,
      assign: { text, root in
        guard let value = type.parse(text) else { return false }
        root[keyPath: path] = value
        return true
      })
  }
}

/// What is special about a setting.
package struct SettingTraits: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// Its value is never printed, and never comes from the command line, which others can see.
  package static let secret = SettingTraits(rawValue: 1)
  /// A new value counts from the next reload on; others wait for a restart.
  package static let reloads = SettingTraits(rawValue: 2)
}

/// Settings that belong together, under a heading.
package struct SettingGroup<Root>: Sendable {
  package let title: String
  package let settings: [Setting<Root>]

  package init(_ title: String, _ settings: [Setting<Root>]) {
    self.title = title
    self.settings = settings
  }
}
