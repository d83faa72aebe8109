import ArgumentParser
import Foundation
import ScoreCommand

/// The commands that need no libtorch. Loading it takes a third of a second, several times as long as scoring does.
struct Moments: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "moments", subcommands: [ScoreCommand.self])
}

/// Becomes the program that has all commands; it lies beside this one.
func becomeTheOther(_ arguments: [String]) -> Never {
    let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let program = folder.appendingPathComponent("moments-libtorch").path
    var words: [UnsafeMutablePointer<CChar>?] = (["moments"] + arguments).map { strdup($0) }
    words.append(nil)
    execv(program, words)
    let reason = String(cString: strerror(errno))
    FileHandle.standardError.write(
        Data("\(program) cannot be started: \(reason). `make command` builds it, beside this program.\n".utf8))
    exit(EX_OSFILE)
}

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "score" {
    Moments.main(arguments)
} else {
    becomeTheOther(arguments)
}
