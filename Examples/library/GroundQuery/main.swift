// Asks a trained model where in a video a sentence happens. The features are files, as in training.
//
//     GroundQuery runs/first slowfast_features/V.npz,clip_features/V.npz clip_text_features/qid7.npz
import Batches
import Foundation
import Grounding
import Training

let arguments = CommandLine.arguments
guard arguments.count == 4 else { fatalError("usage: GroundQuery RUN VIDEO.npz[,VIDEO.npz] TEXT.npz") }
// A run's folder, for its best checkpoint, or a checkpoint.
let trained = try TrainedModel(at: arguments[1])
// Features of another width, clip length or encoder than the model's are refused, with what differs.
let question = try SingleQuery(
    video: arguments[2].split(separator: ",").map(String.init), text: arguments[3], sentence: nil,
    recipe: trained.metadata.recipe)
let answer = try question.answer(of: trained.model)
for moment in answer.moments.prefix(5) {
    print(String(format: "%6.2f – %6.2f s  %.4f", moment.span.start, moment.span.end, moment.score))
}
