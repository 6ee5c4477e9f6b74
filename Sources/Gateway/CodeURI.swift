import Athena
import HTTPMessage
import JSON

extension Gateway {
  /// The most that a code block of 68,000 characters can have.
  private static let longestCode = 272_000

  /// Reads the code that a submission's `codeUri` names.
  // Not inlined: what it needs would lie beside every submission (see `start`).
  @inline(never)
  func code(at uri: String) async throws(Problem) -> String {
    let sources = configuration.codeSources
    guard sources.contain(uri) else {
      throw Problem(
        .forbidden,
        sources.isEmpty
          ? "codeUri: this gateway reads no code from S3"
          : "codeUri: the operator has not allowed this gateway to read this object")
    }
    let bytes: [UInt8]
    do throws(AthenaError) {
      bytes = try await content(of: uri)
    } catch {
      throw Self.problem(ofCode: error)
    }
    guard bytes.count <= Self.longestCode else {
      throw Self.problem("names an object of more than \(Self.longestCode) bytes")
    }
    guard let code = String(validating: bytes, as: UTF8.self) else {
      throw Self.problem("names an object that is not UTF-8")
    }
    if let fault = CalculationSubmission.fault(inCode: code) {
      throw Self.problem("names an object that \(fault)")
    }
    return code
  }

  /// All of it, or more than is of use.
  private func content(of uri: String) async throws(AthenaError) -> [UInt8] {
    let object = try await athena.openObject(uri)
    var bytes: [UInt8] = []
    while bytes.count <= Self.longestCode, let piece = try await object?.read() { bytes += piece }
    return bytes
  }

  /// That there is no such object is a fault of the URI, which the caller wrote: a 404 would say that of the
  /// session in the path.
  private static func problem(ofCode error: AthenaError) -> Problem {
    let upstream = Problem(error)
    guard upstream.code == .outputGone else { return upstream }
    var problem = problem("names an object that S3 doesn't have")
    problem.upstream = upstream.upstream
    return problem
  }

  private static func problem(_ detail: String) -> Problem {
    Problem(findings: [.init(detail: detail, pointer: .root.appending("codeUri"))])
  }
}
