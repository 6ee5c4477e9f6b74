import AWSClient
import ArgumentParser
import EventLoop
import Glibc

/// `athena-gateway explain`: what the signature of a call is made of.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Prints how a call would be signed, for comparing with what AWS says it expected.",
    discussion: """
      It reads a call from standard input and sends nothing but what credentials cost. The call is an \
      operation of Athena's on the first line and its JSON after that, or a GET or HEAD of an output:

        GetCalculationExecution
        {"CalculationExecutionId": "5a1ad0e5-6b3c-4f1e-8a55-1c1f4f2a0001"}

        GET s3://bucket/key

      It prints the canonical request, the string to sign and what would be sent. The session token, most \
      of the access key ID and of the signature are masked; the hash in the string to sign is that of the \
      canonical request without the mask.

      \(ConfigurationFlags.discussion)

      \(AWSFlags.discussion)
      """)

  @OptionGroup
  var configuration: ConfigurationFlags

  @OptionGroup(title: "AWS")
  var aws: AWSFlags

  func run() throws {
    var reader = try configuration.reader()
    let aws = aws.settings(&reader)
    let configuration = AWSConfiguration(
      aws, environment: Environment.current, &reader.problems)
    guard let configuration, reader.problems.isEmpty else { throw reader.problems.error }
    let call = try ExplainedCall(parsing: ExplainedCall.standardInput())
    let upstream = Upstream(configuration)
    let thread = try LoopThread(name: "explain")
    defer { thread.stopAndJoin() }
    let explanation = try thread.runBlocking { loop in
      let caller = upstream.caller(on: loop)
      defer { caller.end() }
      let credentials = try await upstream.credentials.resolved(with: caller.tools).credentials
      return call.explanation(caller.athena, with: credentials, at: caller.tools.clock())
    }
    print(Self.text(explanation))
  }

  private static func text(_ call: CallExplanation) -> String {
    let fields = call.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    let body = String(decoding: call.body, as: UTF8.self)
    return """
      --- canonical request
      \(call.canonicalRequest)
      --- string to sign
      \(call.stringToSign)
      --- would be sent
      \(call.method) \(call.url)
      \(fields)
      """ + (body.isEmpty ? "" : "\n\n\(body)")
  }
}
