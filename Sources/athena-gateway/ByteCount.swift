/// A size as a setting: bytes, `KiB` or `MiB`.
struct ByteCount: Comparable, SettingValue {
  static let noun = "size"
  static let isNumeric = true

  private static let units: [Quantity.Unit] = [("MiB", 1024 * 1024), ("KiB", 1024), ("", 1)]

  let bytes: Int

  init(_ bytes: Int) {
    self.bytes = bytes
  }

  init(parsing text: String) throws {
    guard let bytes = Quantity.read(text, Self.units) else {
      throw SettingsError(
        description:
          "\(text.quoted) is no size, which is a number of bytes, KiB or MiB, as in 512 or 16KiB")
    }
    self.bytes = bytes
  }

  static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

  var description: String { Quantity.write(bytes, Self.units) }
}
