public import HTTPMessage

/// An answer whose content is read piece by piece. Whoever drops it before the end aborts the
/// transfer, which closes its connection. It belongs to the loop's thread, as its client does.
public final class StreamedResponse {
  /// The status code, 200 to 599.
  public let status: Int
  /// The header section of the final answer.
  public let fields: FieldSection
  private let transfer: Transfer

  init(_ transfer: Transfer) throws(HTTPClientError) {
    (status, fields) = try transfer.takeHead()
    self.transfer = transfer
  }

  deinit { transfer.abort(.closed) }

  /// The next bytes, at least one, as they came; nil at the end that the answer itself declared.
  ///
  /// While nobody reads, the client buffers up to its `streamBuffer` and then lets the peer wait.
  /// Throws when the answer was cut short, has stalled or was closed, once what had arrived before
  /// has been read. One reader at a time.
  public func read() async throws(HTTPClientError) -> [UInt8]? {
    await transfer.reach(.content)
    return try transfer.takeContent()
  }

  /// Aborts the transfer; what is not read yet is dropped and ``read()`` throws
  /// ``HTTPClientError/closed``.
  public func close() {
    transfer.discard()
  }
}
