extension SettingList {
  /// A `.env` file with every setting: its documentation, and its default or nothing.
  ///
  /// A setting that has a default is commented out, so that a copy of the file fixes nothing that a
  /// later version may choose better. `keeping` names those that are written all the same.
  package func environmentFile(heading: [String], keeping names: Set<String> = []) -> String {
    var text = heading.map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined()
    for group in groups {
      text += "\n# \(group.title)\n"
      for setting in group.settings {
        text += Self.wrapped(setting.documentation).map { "#   \($0)\n" }.joined()
        let isWritten = setting.fallback == nil || names.contains(setting.name)
        let value = setting.isSecret ? "" : setting.fallback ?? ""
        text += "\(isWritten ? "" : "# ")\(setting.name)=\"\(value)\"\n"
      }
    }
    return text
  }

  /// Lines of at most 96 characters.
  private static func wrapped(_ text: String) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + word.count > 96 { lines.append("") }
      let separator = lines[lines.count - 1].isEmpty ? "" : " "
      lines[lines.count - 1] += separator + word
    }
    return lines
  }
}

extension Setting {
  /// What it is for, what it takes, and what is special about it.
  package var documentation: String {
    var notes: [String] = form == "a text" ? [] : [form]
    if isRequired { notes.append("required") }
    if isSecret { notes.append("secret") }
    if traits.contains(.reloads) { notes.append("read again on SIGHUP") }
    return notes.isEmpty ? summary : "\(summary) (\(notes.joined(separator: "; ")))"
  }
}

extension ResolvedSettings {
  /// One line per setting: name, value or mask, source. Secrets show only whether they are set.
  package func report() -> String {
    let width = list.settings.map(\.name.count).max() ?? 0
    var text = ""
    for group in list.groups {
      text += "# \(group.title)\n"
      for setting in group.settings {
        let name = setting.name + String(repeating: " ", count: width - setting.name.count)
        text += "\(name)  \(shown(setting))\n"
      }
    }
    return text
  }

  private func shown(_ setting: Setting<Root>) -> String {
    guard let value = values[setting.name] else {
      return setting.isRequired ? "(missing)" : "(unset)"
    }
    let plain = value.text.isEmpty ? "(empty)" : Self.printable(value.text)
    let text = setting.isSecret ? "********" : plain
    return "\(text)  [\(value.origin)]"
  }

  /// A value on one line, and without what a terminal would obey.
  private static func printable(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      result += character.value < 32 || character.value == 127 ? " " : String(character)
    }
    return result
  }
}
