/// Every setting of a program, in the order in which they are documented.
package struct SettingList<Root>: Sendable {
  package let groups: [SettingGroup<Root>]
  private let byName: [String: Setting<Root>]

  /// Traps when two settings have one name.
  package init(_ groups: [SettingGroup<Root>]) {
    self.groups = groups
    byName = Dictionary(
      groups.flatMap { $0.settings }.map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in fatalError("\(first.name) is listed twice") })
  }

  package var settings: [Setting<Root>] { groups.flatMap { $0.settings } }

  /// The setting of a name.
  package subscript(name: String) -> Setting<Root>? { byName[name] }

  /// What each setting is, taken from the first layer that has it.
  package func resolve(_ layers: [SettingLayer]) -> ResolvedSettings<Root> {
    var values: [String: SettingValue] = [:]
    for setting in settings {
      if let layer = layers.first(where: { $0.values[setting.name] != nil }),
        let text = layer.values[setting.name]
      {
        values[setting.name] = SettingValue(text: text, origin: layer.origin)
      } else if let text = setting.fallback {
        values[setting.name] = SettingValue(text: text, origin: "default")
      }
    }
    return ResolvedSettings(list: self, values: values, problems: layers.flatMap(problems))
  }

  private func problems(in layer: SettingLayer) -> [String] {
    layer.values.keys.sorted().compactMap { name in
      if byName[name] == nil, layer.isOurs {
        return "\(layer.origin) sets \(name), which is no setting"
      }
      if byName[name]?.isSecret == true, layer.isVisible {
        return "\(name) is a secret; others could read it on the \(layer.origin)"
      }
      return nil
    }
  }
}

/// One effective text and who said it.
package struct SettingValue: Sendable, Equatable {
  package let text: String
  package let origin: String
}

/// The effective texts, not yet checked.
package struct ResolvedSettings<Root>: Sendable {
  package let list: SettingList<Root>
  package let values: [String: SettingValue]
  /// What the layers themselves do wrong.
  let problems: [String]

  /// The text of a setting, or nil when it is unset.
  package subscript(name: String) -> String? { values[name]?.text }

  /// `root` with every setting in its place. Throws everything that is wrong at once; `checks` are
  /// asked for what only several settings together can get wrong.
  package func build(
    _ root: Root, checks: (Root) -> [String] = { _ in [] }
  ) throws(SettingsError) -> Root {
    var root = root
    var problems = problems
    for setting in list.settings {
      guard let value = values[setting.name] else {
        if setting.isRequired { problems.append("\(setting.name) must be set: \(setting.summary)") }
        continue
      }
      if !setting.assign(value.text, &root) {
        problems.append("\(setting.name) (\(value.origin)) must be \(setting.form)")
      }
    }
    if problems.isEmpty { problems = checks(root) }
    guard problems.isEmpty else { throw SettingsError(problems) }
    return root
  }

  /// These texts where a setting reloads, and those of `old` elsewhere.
  package func reloading(over old: ResolvedSettings) -> ResolvedSettings {
    var values = old.values
    for setting in list.settings where setting.traits.contains(.reloads) {
      values[setting.name] = self.values[setting.name]
    }
    return ResolvedSettings(list: list, values: values, problems: problems)
  }

  /// The names whose text is not what it was in `other`.
  package func changes(since other: ResolvedSettings) -> [String] {
    list.settings.map(\.name).filter { values[$0]?.text != other.values[$0]?.text }
  }
}
