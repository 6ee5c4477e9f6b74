import Glibc

/// Permissions of a file as a setting, in octal as chmod(1) has them: `0660`.
struct FileMode: SettingValue {
  static let noun = "mode"

  let bits: mode_t

  init(parsing text: String) throws {
    guard (1...4).contains(text.utf8.count), text.allSatisfy({ ("0"..."7").contains($0) }),
      let bits = mode_t(text, radix: 8), bits <= 0o777
    else {
      throw SettingsError(
        description:
          "\(text.quoted) is no mode, which is an octal number from 0 to 0777, as in 0660")
    }
    self.bits = bits
  }

  var description: String {
    let digits = String(bits, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
