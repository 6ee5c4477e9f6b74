extension LocalFile.Failure {
  /// What is wrong, after the file's name.
  var words: String {
    switch self {
    case .missing: "is not there, or is no file"
    case .unreadable(let reason): "can't be read: \(reason)"
    case .tooLarge(let limit): "has more than \(limit) bytes"
    }
  }
}
