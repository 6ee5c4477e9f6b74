import Callers
import HTTPTypes

/// What each caller may do, by the operator's word. What no rule allows is not allowed.
public struct Policy: Sendable, Equatable {
  let rules: [Rule]

  /// Everything that some callers may do. Each rule stands for itself: what they may do together is what one
  /// of them allows.
  struct Rule: Sendable, Equatable {
    let callers: [CallerPattern]
    let workGroups: WorkGroups
    /// The ids of those sessions that it is about; nil for all sessions of the workgroups, and for starting and
    /// listing them.
    let sessions: Set<[UInt8]>?
    /// GET has HEAD with it.
    let methods: Set<HTTPRequest.Method>
    /// Whether code may be submitted that the gateway reads from S3.
    let allowsCodeURI: Bool

    func allows(_ method: HTTPRequest.Method) -> Bool {
      methods.contains(method == .head ? .get : method)
    }

    func isAbout(session id: [UInt8]) -> Bool {
      sessions?.contains(id) ?? true
    }
  }

  enum WorkGroups: Sendable, Equatable {
    case any
    case named(Set<[UInt8]>)

    /// - Parameter name: nil where it isn't known.
    func contain(_ name: [UInt8]?) -> Bool {
      switch self {
      case .any: true
      case .named(let names): name.map(names.contains) ?? false
      }
    }
  }

  func rights(of caller: Caller) -> Rights {
    let name = caller.nameInPolicies
    return Rights(rules: rules.filter { rule in rule.callers.contains { $0.matches(name) } })
  }
}

extension Caller {
  /// Its text, as in `key:nightly`; of one that is anonymous `anonymous`, wherever it is.
  var nameInPolicies: String { kind == .anonymous ? kind.rawValue : description }
}

/// A caller's text, as in `key:nightly`; or the beginning of one and a `*`.
struct CallerPattern: Sendable, Equatable {
  private let text: [UInt8]
  private let isPrefix: Bool

  /// nil for what no caller's text can be like.
  init?(_ pattern: String) {
    let kinds: [Caller.Kind] = [.key, .token, .certificate]
    isPrefix = pattern.utf8.last == UInt8(ascii: "*")
    text = Array(isPrefix ? pattern.utf8.dropLast() : pattern.utf8[...])
    guard !text.contains(UInt8(ascii: "*")) else { return nil }
    let isAnonymous = pattern == Caller.Kind.anonymous.rawValue
    let isNamed = kinds.contains { kind in
      let beginning = Array("\(kind.rawValue):".utf8)
      return text.starts(with: beginning) && (isPrefix || text.count > beginning.count)
    }
    guard isAnonymous || isNamed || pattern == "*" else { return nil }
  }

  /// Bytes are compared: to String, names are equal that are written with other characters.
  func matches(_ name: String) -> Bool {
    isPrefix ? name.utf8.starts(with: text) : name.utf8.elementsEqual(text)
  }
}
