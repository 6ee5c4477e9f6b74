import AWSClient
import EventLoop
import Glibc
import HTTPClient

/// The region of the EC2 instance that the program runs on, for where no setting names one.
struct InstanceRegion {
  private let question: InstanceMetadataRegion
  private let isDisabled: Bool

  init(_ environment: AWSEnvironment, _ files: ProfileFiles) {
    question = InstanceMetadataRegion(environment, files)
    isDisabled = environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true"
  }

  /// Asks, and blocks until there is an answer or there has been time for one. nil with what is wrong
  /// noted.
  ///
  /// - Parameter otherwise: What else can be done about it.
  func setting(_ problems: inout Problems, otherwise: String) -> Setting<Region>? {
    do {
      if let region = try ask() { return Setting(region, from: "the instance metadata service") }
      let answer =
        isDisabled
        ? "was not asked (AWS_EC2_METADATA_DISABLED)" : "was asked, and gave none"
      problems.add(
        "no region: give --region, set AWS_REGION, as in eu-west-1, or region in the profile\(otherwise); "
          + "EC2's instance metadata service \(answer)")
    } catch {
      problems.add("no region: give --region or set AWS_REGION, as in eu-west-1; \(error)")
    }
    return nil
  }

  private func ask() throws -> Region? {
    let thread = try LoopThread(name: "region")
    defer { thread.stopAndJoin() }
    return try thread.runBlocking { [question] loop in
      let http = HTTPClient(on: loop, configuration: .init(userAgent: AthenaGateway.userAgent))
      defer { http.close() }
      return try await question.region(
        with: CredentialsTools(loop: loop, http: http, clock: { time(nil) }))
    }
  }
}
