import HTTPClient
import HTTPMessage

/// Why one try of a call has no result.
enum CallFailure: Error {
  /// There is no answer.
  case transfer(HTTPClientError)
  /// The answer is an error, with the fields that it came with.
  indirect case service(ServiceError, FieldSection)
  /// The answer is not what the API promises.
  case unpromised(String)
}

extension AWSError {
  init(_ failure: CallFailure) {
    switch failure {
    case .transfer(let error): self.init(error)
    case .service(let error, _): self = .service(error)
    case .unpromised(let reason): self = .badAnswer(reason)
    }
  }
}
