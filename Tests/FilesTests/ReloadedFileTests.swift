import EventLoop
import Files
import Glibc
import Testing

@Suite final class ReloadedFileTests {
  private let folder: String

  init() throws {
    var template = Array("/tmp/files-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    unlink(path)
    rmdir(folder)
  }

  private var path: String { "\(folder)/number" }

  private func write(_ text: String) {
    let file = fopen(path, "w")!
    fputs(text, file)
    fclose(file)
  }

  /// A file with one number.
  private func number() throws -> ReloadedFile<Int> {
    try ReloadedFile<Int>(
      path,
      parse: { bytes throws(FileFault) in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let number = Int(text) else { throw FileFault("'\(text)' is no number") }
        return number
      })
  }

  @Test func `A change is in use once it has settled, and is told`() throws {
    write("1")
    let file = try number()
    #expect(file.content == 1)
    write("22")
    for second in 1...2 {
      #expect(file.look(at: second) == nil)
      #expect(file.content == 1)
    }
    #expect(file.look(at: 3) == .changed)
    #expect(file.content == 22)
    #expect(file.edition == 1)
  }

  @Test func `What can't be used is told once, and what was read before stays in use`() throws {
    write("1")
    let file = try number()
    write("one")
    #expect(
      (1...9).compactMap { file.look(at: $0) }
        == [.kept(FileFault("\(path): 'one' is no number"))])
    #expect(file.content == 1)
    #expect(file.edition == 0)
    #expect(unlink(path) == 0)
    #expect(
      (10...19).compactMap { file.look(at: $0) }
        == [.kept(FileFault("\(path) is not there, or is no file"))])
    #expect(file.content == 1)
    write("333")
    #expect((20...22).compactMap { file.look(at: $0) } == [.changed])
    #expect(file.content == 333)
  }

  @Test func `A change that is announced is in use at once`() throws {
    write("1")
    let file = try number()
    write("22")
    #expect(file.reload() == .changed)
    #expect(file.content == 22)
    #expect(file.reload() == .unchanged)
  }

  @Test func `A file that can't be used at the start is the start's problem`() throws {
    #expect(throws: FileFault("\(path) is not there, or is no file")) { try number() }
    write("x")
    #expect(throws: FileFault("\(path): 'x' is no number")) { try number() }
  }

  @Test func `A file that is right again is in use again`() throws {
    write("1")
    let file = try number()
    write("one")
    // As often as somebody asks.
    for _ in 0..<2 {
      #expect(file.reload() == .kept(FileFault("\(path): 'one' is no number")))
    }
    write("1")
    #expect(file.reload() == .changed)
    #expect(file.content == 1)
  }
}
