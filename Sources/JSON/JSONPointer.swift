/// A place in a JSON text, as RFC 6901 writes it: `/a~1b/0` is the first element of the member
/// `a/b`, and the empty pointer is the whole text.
public struct JSONPointer: Sendable {
  /// The names and indexes from the root on, unescaped.
  public private(set) var tokens: [String] = []

  /// The whole text.
  public static let root = JSONPointer()

  public init() {}

  public func appending(_ name: String) -> JSONPointer {
    var pointer = self
    pointer.tokens.append(name)
    return pointer
  }

  public func appending(_ index: Int) -> JSONPointer {
    appending(String(index))
  }

  /// The same place seen from the array or object that has this value under `token`.
  func within(_ token: String) -> JSONPointer {
    var pointer = self
    pointer.tokens.insert(token, at: 0)
    return pointer
  }
}

extension JSONPointer: Equatable {
  public static func == (left: JSONPointer, right: JSONPointer) -> Bool {
    left.tokens.elementsEqual(right.tokens) { $0.hasSameBytes(as: $1) }
  }
}

extension JSONPointer: CustomStringConvertible {
  public var description: String {
    var text = ""
    for token in tokens {
      text += "/"
      for scalar in token.unicodeScalars {
        switch scalar {
        case "~": text += "~0"
        case "/": text += "~1"
        default: text.unicodeScalars.append(scalar)
        }
      }
    }
    return text
  }
}
