import Glibc

extension AWSEnvironment {
  /// The path that a variable names, or else this one, with `~` and variables in it resolved as Python's
  /// `os.path` resolves them.
  func path(_ variable: String, or other: String) -> String {
    expandingUser(expandingVariables(self[variable] ?? other))
  }

  /// `~` at the start is `HOME`, and without that the home of the process's user.
  func expandingUser(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/") else { return path }
    guard let home = self["HOME"] ?? getpwuid(getuid()).map({ String(cString: $0.pointee.pw_dir) })
    else { return path }
    return (home.hasSuffix("/") ? String(home.dropLast()) : home) + path.dropFirst()
  }

  /// `$NAME` and `${NAME}`; what is not set stays as it stands.
  private func expandingVariables(_ path: String) -> String {
    var expanded = ""
    var rest = path[...]
    while let dollar = rest.firstIndex(of: "$") {
      expanded += rest[..<dollar]
      rest = rest[dollar...]
      let (reference, name) = Self.reference(rest)
      expanded += self[name] ?? String(reference)
      rest = rest[reference.endIndex...]
    }
    return expanded + rest
  }

  /// What stands at the dollar sign that the text begins with, and the name in it.
  private static func reference(_ text: Substring) -> (Substring, String) {
    let after = text.dropFirst()
    guard after.first == "{", let end = after.firstIndex(of: "}") else {
      let name = after.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      return (text[..<name.endIndex], String(name))
    }
    return (text[...end], String(after[..<end].dropFirst()))
  }
}
