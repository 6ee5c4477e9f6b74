import Glibc

/// Permissions of a file on the command line, in octal as chmod(1) has them: `0660`.
struct FileMode {
  let bits: mode_t

  init(parsing text: String) throws {
    guard (1...4).contains(text.utf8.count), text.allSatisfy({ ("0"..."7").contains($0) }),
      let bits = mode_t(text, radix: 8), bits <= 0o777
    else {
      throw SettingsError(description: "a mode is an octal number from 0 to 0777, as in 0660")
    }
    self.bits = bits
  }
}
