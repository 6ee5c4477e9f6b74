import URIEncoding

extension [UInt8] {
  /// Appends `text` with what a request line can't carry percent-encoded, and nothing else: what is
  /// encoded already stays as it is.
  mutating func append(encodingOnce text: some Sequence<UInt8>) {
    for byte in text {
      if (0x21...0x7e).contains(byte) {
        append(byte)
      } else {
        PercentEncoding.append(triplet: byte, to: &self)
      }
    }
  }
}
