import Torch

/// One vector for a sentence: weighted pooling of its words, as in VSLNet, UniVTG and section 3.1 of CDNet.
///
/// Q = Σ_j softmax_j(w·T_j) T_j over the sentence's own words.
public struct QueryPooling {
    /// d×1.
    public let weight: Tensor

    /// Makes the layer with one parameter, `weight`.
    public init(_ scope: Scope, width: Int) {
        weight = scope.parameter("weight", [width, 1], .xavierUniform)
    }

    /// B×N×d → B×d.
    ///
    /// - Parameters:
    ///   - words: T: B×N×d.
    ///   - mask: B×N, `bool`: true for a sentence's own words; nil when all are.
    public func callAsFunction(_ words: Tensor, mask: Tensor?) -> Tensor {
        weights(words, mask: mask).unsqueezed(1).matmul(words).squeezed(1)
    }

    /// What each word counts, softmax_j(w·T_j): B×N×d → B×N. The mask is as in a call.
    public func weights(_ words: Tensor, mask: Tensor?) -> Tensor {
        var scores = words.matmul(weight).squeezed(-1)
        if let mask { scores = scores.masked(.!mask, with: -.infinity) }
        return scores.softmax(-1)
    }
}
