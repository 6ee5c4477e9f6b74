extension String {
  /// Whether it has a line break, as a file's last line leaves it, or another control character but the
  /// tab: what could not be sent in a field (RFC 9110 §5.5), or would not sign as it should.
  var hasControlCharacter: Bool {
    utf8.contains { $0 < 0x20 && $0 != UInt8(ascii: "\t") || $0 == 0x7F }
  }
}
