import ArgumentParser
import Foundation
import TensorFiles

/// Runs `body`; where a file of arrays makes trouble, says so on standard error and exits as sysexits.h asks.
func exitingOnFileErrors<R>(_ body: () throws -> R) throws -> R {
    do {
        return try body()
    } catch let error as TensorFileError {
        FileHandle.standardError.write(Data("error: \(error)\n".utf8))
        throw ExitCode(error.exitCode)
    }
}

extension TensorFileError {
    /// 66 where a file is not to be read, 73 where it is not to be written, 65 where its contents are wrong.
    var exitCode: Int32 {
        switch problem {
        case .notFound, .unreadable: 66
        case .unwritable: 73
        default: 65
        }
    }
}
