import Athena
import EventLoop
import HTTPMessage
import JSON

/// The end of an output, as `?include=` adds it to a finished calculation.
struct IncludedOutput {
  let output: Route.Output
  /// The text, or why there is none: the calculation is answered all the same.
  let end: Result<End, Problem>

  struct End {
    let text: String
    /// Whether there is more before it.
    let isTruncated: Bool

    /// Cuts between characters: what is left of one at the front goes, and what is not UTF-8 becomes U+FFFD.
    init(_ bytes: [UInt8], isTruncated: Bool) {
      var bytes = bytes[...]
      if isTruncated {
        // A character has at most three bytes that continue it.
        bytes = bytes.dropFirst(bytes.prefix(3).prefix { $0 & 0b1100_0000 == 0b1000_0000 }.count)
      }
      text = String(decoding: bytes, as: UTF8.self)
      self.isTruncated = isTruncated
    }
  }

  static let parameter = "include"

  /// The outputs that a query's `include` lists; none without one.
  static func outputs(in query: Query) throws(Problem) -> [Route.Output] {
    guard let list = query[parameter] else { return [] }
    var outputs: [Route.Output] = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let output = Route.Output(rawValue: String(name)), !outputs.contains(output) else {
        throw Problem(query: parameter, "must be stdout, stderr or stdout,stderr")
      }
      outputs.append(output)
    }
    return outputs
  }

  /// Why all of the answer has to come later: the gateway has too much in hand to read the output.
  var refusal: Problem? {
    guard case .failure(let problem) = end, problem.code == .overloaded else { return nil }
    return problem
  }

  /// How many bytes the text takes up in an answer.
  var jsonLength: Int {
    guard case .success(let end) = end else { return 0 }
    return JSONWriter.length(of: end.text)
  }

  /// Whether the same answer is to be had again: a failure of S3's may pass.
  var isFinal: Bool {
    switch end {
    case .success: true
    case .failure(let problem): problem.code == .noOutput
    }
  }

  /// The members that it is.
  func write(to writer: inout JSONWriter) {
    switch end {
    case .success(let end):
      writer.member(output.rawValue, end.text)
      writer.member("\(output.rawValue)Truncated", end.isTruncated)
    case .failure(let problem):
      writer.name("\(output.rawValue)Error")
      writer.beginObject()
      writer.member("code", problem.code.rawValue)
      writer.member("detail", problem.detail)
      writer.endObject()
    }
  }
}

extension Gateway {
  /// What of each output is included, read at once.
  private static let includedLimit = 1 << 20

  /// The ends of a calculation's outputs, fetched side by side; none of one that is not finished.
  func included(
    _ outputs: [Route.Output], for calculation: CalculationExecution, _ share: OutputBudget.Share
  ) async -> [IncludedOutput] {
    guard calculation.isTerminal else { return [] }
    let gateway = LoopBound(self, to: loop)
    async let stdout = gateway.value.included(.stdout, of: outputs, for: calculation, share)
    async let stderr = gateway.value.included(.stderr, of: outputs, for: calculation, share)
    return await [stdout, stderr].compactMap { $0 }
  }

  private func included(
    _ output: Route.Output, of outputs: [Route.Output], for calculation: CalculationExecution,
    _ share: OutputBudget.Share
  ) async -> IncludedOutput? {
    guard outputs.contains(output) else { return nil }
    do throws(Problem) {
      let end = try await end(of: uri(of: output, calculation), share)
      let included = IncludedOutput(output: output, end: .success(end))
      try share.take(included.jsonLength)
      return included
    } catch {
      // Of a transfer that the request's deadline has ended it says no more than that.
      let problem = Task.isCancelled ? Problem(.handlerTimeout) : error
      return IncludedOutput(output: output, end: .failure(problem))
    }
  }

  private func end(
    of uri: String, _ share: OutputBudget.Share
  ) async throws(Problem) -> IncludedOutput.End {
    let object: StoredObject?
    do throws(AthenaError) {
      object = try await athena.openObject(uri, range: .suffix(Self.includedLimit))
    } catch {
      // Of an empty output the last bytes are no range.
      if case .exception(let exception) = error, exception.isUnsatisfiableRange {
        return IncludedOutput.End([], isTruncated: false)
      }
      throw Problem(error)
    }
    var bytes: [UInt8] = []
    while let piece = try await Self.piece(of: object) {
      try share.take(piece.count)
      bytes += piece
      guard bytes.count <= Self.includedLimit else {
        throw Problem(AthenaError.badAnswer("S3 sends more than the range that was asked for"))
      }
    }
    let start = object?.contentRange?.positions?.lowerBound ?? 0
    return IncludedOutput.End(bytes, isTruncated: start > 0)
  }

  private static func piece(of object: StoredObject?) async throws(Problem) -> [UInt8]? {
    do throws(AthenaError) {
      return try await object?.read()
    } catch {
      throw Problem(error)
    }
  }
}
