import Cryptography
import HTTPClient
import SigV4

/// A request of a call as it is before each try signs it anew.
struct UnsignedRequest {
  /// What AWS calls it, as in `GetCalculationExecution`.
  let operation: String
  let method: ClientRequest.Method
  let endpoint: Endpoint
  /// The region that it is signed for.
  let region: Region
  let path: String
  /// Those that are signed.
  let fields: [(name: String, value: String)]
  var body: [UInt8] = []
  let payloadHash: Digest
  let pathRule: PathRule
  var answerLimit = 0
}
