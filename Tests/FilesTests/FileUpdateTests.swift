import Files
import Glibc
import Testing

@Suite final class FileUpdateTests {
  private let folder: String
  private var path: String { "\(folder)/list" }

  init() throws {
    var template = Array("/tmp/files-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    for name in ["list", "list.new", "link", "folder"] { remove("\(folder)/\(name)") }
    rmdir(folder)
  }

  private func add(_ text: String, at path: String? = nil) throws(FileFault) {
    try FileUpdate(of: path ?? self.path).run { ($0 ?? []) + Array(text.utf8) }
  }

  private var content: String? {
    (try? LocalFile(reading: path)).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  private func isThere(_ name: String) -> Bool {
    if case .missing = LocalFile.Presence(of: "\(folder)/\(name)") { false } else { true }
  }

  @Test func `A file is made, and changed, and nothing else is left`() throws {
    try add("a")
    try add("b")
    #expect(content == "ab")
    #expect(!isThere("list.new"))
  }

  @Test func `A link stays one`() throws {
    try add("a")
    #expect(symlink("list", "\(folder)/link") == 0)
    try add("b", at: "\(folder)/link")
    #expect(content == "ab")
  }

  @Test func `A change that fails changes nothing`() throws {
    try add("a")
    #expect(throws: FileFault("\(path): no")) {
      try FileUpdate(of: path).run { _ throws(FileFault) in throw FileFault("no") }
    }
    #expect(content == "a")
    #expect(!isThere("list.new"))
  }

  @Test func `Of two changes at a time one is refused`() throws {
    try add("a")
    try FileUpdate(of: path).run { [self] bytes throws(FileFault) in
      #expect(throws: FileFault.self) { try add("c") }
      return (bytes ?? []) + [UInt8(ascii: "b")]
    }
    #expect(content == "ab")
    try add("c")
    #expect(content == "abc")
  }

  @Test func `What is no file is not replaced by one`() throws {
    #expect(mkdir("\(folder)/folder", 0o700) == 0)
    #expect(throws: FileFault.self) { try add("a", at: "\(folder)/folder") }
    remove("\(folder)/folder.new")
  }
}
