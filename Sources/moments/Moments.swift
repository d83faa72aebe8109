import ArgumentParser
import CLinux
import ScoreCommand

/// Finds the moment in a video that a sentence describes.
@main
struct Moments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moments",
        abstract: "Find the moment in a video that a sentence describes, and score its highlights.",
        version: momentsVersion,
        subcommands: [
            BenchCommand.self,
            CheckCommand.self,
            CompareCommand.self,
            ConvertCommand.self,
            DoctorCommand.self,
            DownloadCommand.self,
            EvaluateCommand.self,
            ExplainCommand.self,
            ExtractCommand.self,
            FindCommand.self,
            IndexCommand.self,
            InspectCommand.self,
            LibraryCommand.self,
            PackCommand.self,
            PredictCommand.self,
            ScoreCommand.self,
            SearchCommand.self,
            ServeCommand.self,
            SimulateCommand.self,
            TrainCommand.self,
            TrainEncodersCommand.self,
            WorldCommand.self,
        ])

    static func main() async {
        cl_explain_crashes()
        await main(nil)
    }
}
