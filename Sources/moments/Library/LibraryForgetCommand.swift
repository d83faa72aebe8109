import ArgumentParser
import Foundation
import VideoLibrary

/// `moments library forget`: takes videos out of a library.
struct LibraryForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Take videos out of a library; your files stay where they are.",
        discussion: """
              moments library forget ~/Videos/holiday.mp4 ~/Videos/old
              moments library forget --gone

            Files and folders need not be there any more; a video that also lies elsewhere stays with its other files. A \
            video's id, the SHA-256 of its content, takes it out wherever it lies. Features and vectors go with it, and \
            videos that were uploaded to the library go for good. What still lies in an indexed folder comes back when \
            the folder is indexed again.
            """)

    @Argument(help: "Files, folders, or videos' ids.")
    var videos: [String] = []

    @OptionGroup var place: LibraryOptions

    @Flag(help: "All videos of which no file was left when their folders were indexed last.")
    var gone = false

    @Flag(help: "Print one JSON object a video.")
    var json = false

    func validate() throws {
        if videos.isEmpty, !gone { throw ValidationError("Name files, folders or ids, or give --gone.") }
    }

    func run() throws {
        try reporting {
            let library = try VideoLibrary(at: place.url)
            let isID = { (text: String) in text.wholeMatch(of: /[0-9a-f]{64}/) != nil }
            let paths = videos.filter { !isID($0) }
            var forgotten = try videos.filter(isID).compactMap { try library.forget($0) }
            if !paths.isEmpty { forgotten += try library.forget(filesAt: paths) }
            if gone { forgotten += try library.forgetGone() }
            try show(forgotten, try library.contents())
        }
    }

    private func show(_ forgotten: [LibraryVideo], _ contents: VideoLibrary.Contents) throws {
        struct Object: Encodable {
            let video: String
            let paths: [String]
        }
        for video in forgotten {
            let paths = video.files.map(\.path)
            print(json ? try jsonLine(Object(video: video.hash, paths: paths)) : paths.first ?? video.hash)
        }
        tell("\(forgotten.count) videos forgotten; \(contents.summary(of: place.url))")
    }
}
