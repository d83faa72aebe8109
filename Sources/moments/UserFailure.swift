import ArgumentParser
import Benchmarks
import Datasets
import Downloads
import Encoders
import Foundation
import Grounding
import Hashing
import Media
import MomentsServer
import Plotting
import ScoreCommand
import TensorFiles
import Torch
import Training
import VideoLibrary
import WholeFiles

/// Runs a command's work. What a user can mend becomes a message on standard error and an exit code of sysexits.h.
func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch {
        guard let code = exitCode(for: error) else { throw error }
        tell("\(error)")
        throw ExitCode(code)
    }
}

/// The same for work that waits for others.
func reportingFailures<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch {
        guard let code = exitCode(for: error) else { throw error }
        tell("\(error)")
        throw ExitCode(code)
    }
}

/// One line, or several, on standard error.
func tell(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
}

/// A mistake in how a command is called, found only while it works.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Nil for an error that is no user's matter.
func exitCode(for error: any Error) -> Int32? {
    switch error {
    case is UsageError: EX_USAGE
    case let error as MediaError: error.exitCode
    // What shells report for a program that a signal ended.
    case let error as Interrupted: 128 + error.signal
    case is PlotError: EX_SOFTWARE
    case is Calibration.Impossible: EX_DATAERR
    case is CLIPError, is VocabularyError, is StateMismatch: EX_DATAERR
    case is ContentHash.Unreadable: EX_NOINPUT
    case let error as DownloadError: error.exitCode
    case is ConfigurationFileError, is ConfigurationError, is MissingSplit, is UnknownDomain: EX_CONFIG
    case let error as TensorFileError: error.exitCode
    case is SimulationError, is UnwritableFile: EX_CANTCREAT
    case let error as FeatureError:
        if case .missing = error.problem { EX_NOINPUT } else { EX_DATAERR }
    case let error as FeatureProblems: error.areAllMissing ? EX_NOINPUT : EX_DATAERR
    case is FeatureSetupError: EX_NOINPUT
    case is FeatureMismatch, is HalfOverflow, is PublishedCheckpointError: EX_DATAERR
    case let error as CheckpointError:
        switch error.problem {
        case .notFound: EX_NOINPUT
        case .unwritable: EX_CANTCREAT
        default: EX_DATAERR
        }
    case let error as RunError: error.exitCode
    case let error as DistributedError: error.exitCode
    case let error as LibraryError: error.exitCode
    case _ where LibraryError.isOfDatabase(error): EX_IOERR
    case let error as VectorDatabaseError: error.exitCode
    case let error as ServerError: error.exitCode
    case is BenchmarkProgram.Failure: EX_UNAVAILABLE
    default: ScoreCommand.exitCode(ofUserFault: error)
    }
}

extension TensorFileError {
    fileprivate var exitCode: Int32 {
        switch problem {
        case .notFound, .unreadable: EX_NOINPUT
        case .unwritable: EX_CANTCREAT
        default: EX_DATAERR
        }
    }
}

extension RunError {
    fileprivate var exitCode: Int32 {
        switch self {
        case .exists, .unwritable: EX_CANTCREAT
        case .busy: EX_TEMPFAIL
        case .nothingToResume: EX_NOINPUT
        case .ranksDiffer, .changed, .unknownMetric: EX_CONFIG
        case .noQueries, .noTargets, .notFinite, .wrongFeatures, .unreadableRecord: EX_DATAERR
        // What shells report for a program that a signal ended.
        case .interrupted(let signal, _), .stopped(let signal, _): 128 + signal
        }
    }
}

extension DistributedError {
    fileprivate var exitCode: Int32 {
        switch self {
        case .environment, .twice: EX_CONFIG
        case .portTaken, .unreachable, .absent, .unconnected: EX_UNAVAILABLE
        case .lost: EX_TEMPFAIL
        }
    }
}

extension MediaError {
    fileprivate var exitCode: Int32 {
        switch problem {
        case .notFound, .folder, .denied: EX_NOINPUT
        case .unwritable: EX_CANTCREAT
        default: EX_DATAERR
        }
    }
}

extension LibraryError {
    fileprivate var exitCode: Int32 {
        switch self {
        case .missing, .noSuchPath: EX_NOINPUT
        case .notALibrary, .unusable: EX_CANTCREAT
        case .newer, .otherEncoders, .otherSpaces, .tooFewClips: EX_DATAERR
        case .sameLibrary: EX_USAGE
        case .busy: EX_TEMPFAIL
        }
    }
}

extension ServerError {
    fileprivate var exitCode: Int32 {
        switch self {
        case .needsToken, .weakToken: EX_USAGE
        case .missingResources: EX_OSFILE
        case .cannotListen: EX_UNAVAILABLE
        case .unusable: EX_CANTCREAT
        }
    }
}
