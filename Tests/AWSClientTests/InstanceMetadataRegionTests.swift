import Testing

@testable import AWSClient

@Suite(.timeLimit(.minutes(1))) struct InstanceMetadataRegionTests {
  private func region(
    _ instance: ScriptedInstance, _ variables: [String: String] = [:], log: Log = Log()
  ) async throws -> Region? {
    try await withTools(log: log, answering: instance.answer) { tools, url in
      let environment = TestHome().environment(
        ["AWS_EC2_METADATA_SERVICE_ENDPOINT": url, "AWS_METADATA_SERVICE_TIMEOUT": "30"]
          .merging(variables) { $1 })
      let files = ProfileFiles(environment: environment)
      return try await InstanceMetadataRegion(environment, files).region(with: tools)
    }
  }

  @Test func `An instance knows its region`() async throws {
    let log = Log()
    #expect(try await region(ScriptedInstance(), log: log)?.name == "eu-west-1")
    #expect(log.all.last?.field("x-aws-ec2-metadata-token") == ScriptedInstance.token)
  }

  @Test func `Any other machine has none`() async throws {
    #expect(try await region(ScriptedInstance(answers: [:])) == nil)
    #expect(
      try await region(
        ScriptedInstance(), ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"]) == nil)
    #expect(try await region(ScriptedInstance(), ["AWS_EC2_METADATA_DISABLED": "true"]) == nil)
  }

  @Test(arguments: ["<html>", "eu west", "EU-WEST-1", "eu-west-1.example.com/", "-"])
  func `What can't be a region is an error`(text: String) async throws {
    let instance = ScriptedInstance().with([
      "GET /latest/meta-data/placement/region": Script(content: text)
    ])
    let error = await #expect(throws: CredentialsError.self) { try await region(instance) }
    #expect(error?.source == "instance-metadata")
    #expect(error?.reason.contains(text) == false)
  }
}
