import Torch

/// Clips and words brought to one size, each by a stack of projection layers of its own.
struct TokenProjections {
    let video: InputProjection
    let text: InputProjection

    /// - Parameters:
    ///   - names: Of the two stacks; by default Moment-DETR's, which its kin share.
    ///   - widths: Of the features of clips and of words.
    init(
        _ root: Scope, names: (video: String, text: String) = ("input_vid_proj", "input_txt_proj"),
        widths: (video: Int, text: Int), outputs: Int, layers: Int, dropout: Double
    ) {
        func stack(_ name: String, _ inputs: Int) -> InputProjection {
            InputProjection(root / name, inputs: inputs, outputs: outputs, layers: layers, dropout: dropout)
        }
        video = stack(names.video, widths.video)
        text = stack(names.text, widths.text)
    }
}
