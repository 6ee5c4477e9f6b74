import AWSClient
import EventLoop
import Glibc
import HTTPClient

/// The region of the EC2 instance that the program runs on, for where no setting names one.
struct InstanceRegion {
  private let question: InstanceMetadataRegion

  init(_ environment: AWSEnvironment, _ files: ProfileFiles) {
    question = InstanceMetadataRegion(environment, files)
  }

  /// Asks, and blocks until there is an answer or there has been time for one. nil with what is wrong
  /// noted.
  func setting(_ problems: inout Problems) -> Setting<Region>? {
    do {
      if let region = try ask() { return Setting(region, from: "the instance metadata service") }
      problems.add(
        "no region: give --region, set AWS_REGION, as in eu-west-1, or region in the profile; or try "
          + "'athena-gateway serve --local'")
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
