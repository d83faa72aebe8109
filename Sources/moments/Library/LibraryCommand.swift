import ArgumentParser
import Foundation
import VideoLibrary

/// `moments library`: looks after a library.
struct LibraryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "library",
        abstract:
            "Look after a library: what it holds, merging, forgetting, the index over its vectors, a vector database.",
        subcommands: [
            LibraryShowCommand.self, LibraryMergeCommand.self, LibraryForgetCommand.self, VectorIndexCommand.self,
            VectorUploadCommand.self,
        ],
        defaultSubcommand: LibraryShowCommand.self)
}

/// `moments library show`: a library in numbers.
struct LibraryShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say what a library holds, and what it was encoded by.")

    @OptionGroup var place: LibraryOptions

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() throws {
        try reporting {
            let library = try VideoLibrary(at: place.url)
            let (contents, spaces) = (try library.contents(), try library.spaces())
            let (indexes, uploads) = (try library.vectorIndexes(), try library.vectorUploads())
            if json {
                struct Object: Encodable {
                    let library: String
                    let videos, files, gone, failed, clips: Int
                    let seconds: Double
                    let spaces: [String]
                    let indexes: [VectorIndexObject]
                    let uploads: [VectorUploadObject]
                }
                print(
                    try jsonLine(
                        Object(
                            library: place.url.path, videos: contents.videos, files: contents.files,
                            gone: contents.gone, failed: contents.failed, clips: contents.clips,
                            seconds: contents.seconds, spaces: spaces,
                            indexes: indexes.map(VectorIndexObject.init),
                            uploads: uploads.map(VectorUploadObject.init))))
                return
            }
            print(contents.summary(of: place.url))
            print("\(contents.files) files, \(contents.gone) gone, \(contents.failed) unreadable")
            for space in spaces { print("encoded by \(space)") }
            for index in indexes { print(index.summary) }
            for upload in uploads { print(upload.summary) }
        }
    }
}

extension VideoLibrary.Contents {
    /// A line for people.
    func summary(of url: URL) -> String {
        "\(url.path): \(videos) videos, \(FoundMoments.clock(seconds)), \(clips) clips"
    }
}

/// A report as one line, with its fields in the order of their names.
func jsonLine(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
