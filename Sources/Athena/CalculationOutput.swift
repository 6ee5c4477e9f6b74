import AWSClient

/// The text that a calculation wrote, as it comes from S3. Dropping it ends the transfer.
public final class CalculationOutput {
  private let object: S3Object

  init(_ object: S3Object) {
    self.object = object
  }

  /// The number of bytes in all; nil where S3 doesn't say.
  public var length: Int? { object.length }

  /// The next bytes; nil at the end. Throws where S3 breaks off before it.
  public func read() async throws(AthenaError) -> [UInt8]? {
    do throws(AWSError) {
      return try await object.read()
    } catch {
      throw AthenaError(error, from: .s3)
    }
  }
}
