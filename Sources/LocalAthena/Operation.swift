import HTTPMessage
import HTTPTypes
import JSON

/// One of Athena's operations: what its name does to an account.
///
/// To add one, write a file like `GetCalculationExecution.swift` and name it in ``all``.
struct Operation: Sendable {
  /// As in `X-Amz-Target: AmazonAthena.NAME`.
  let name: String
  /// Reads the input, does what it asks for, and returns the output's JSON.
  let perform: @Sendable (inout Input, Account) throws(ServiceError) -> [UInt8]

  static let all = [
    startSession, getSession, getSessionStatus, listSessions, terminateSession, listExecutors,
    startCalculationExecution, getCalculationExecution, getCalculationExecutionStatus,
    getCalculationExecutionCode, stopCalculationExecution, listCalculationExecutions,
  ]

  private static let byTarget = Dictionary(
    uniqueKeysWithValues: all.map { ("AmazonAthena.\($0.name)", $0) })

  /// The operation that a call of AWS JSON 1.1 is for. AWS looks at this before the signature.
  static func named(by fields: FieldSection) throws(ServiceError) -> Operation {
    guard let type = fields[.contentType], type.hasPrefix("application/x-amz-json-1.1") else {
      throw .frontDoor(
        "UnknownOperationException",
        "Calls of Athena have the content type application/x-amz-json-1.1.")
    }
    let target = fields[.amzTarget] ?? ""
    guard let operation = byTarget[target] else {
      throw .frontDoor(
        "UnknownOperationException",
        "The local Athena has no operation '\(target.shortened)'; it has "
          + byTarget.keys.sorted().joined(separator: ", ") + ".")
    }
    return operation
  }
}
