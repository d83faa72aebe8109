/// Long short-term memory (Hochreiter and Schmidhuber, 1997), one direction, any count of layers.
///
/// Under the names of PyTorch's `nn.LSTM` (`weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, …), whose order of
/// the gates is input, forget, cell, output. What stands behind a place never changes what comes out there, so sequences
/// that are padded at their ends need no mask.
public struct LSTM {
    /// The parameters of one layer.
    public struct Layer {
        /// 4h×in.
        public let inputWeight: Tensor
        /// 4h×h.
        public let hiddenWeight: Tensor
        /// 4h.
        public let inputBias: Tensor
        /// 4h; PyTorch has two biases that are added.
        public let hiddenBias: Tensor
    }

    /// First to last.
    public let layers: [Layer]
    /// h.
    public let hidden: Int

    /// Makes the layers with PyTorch's first values, uniform in ±1/√h.
    public init(_ scope: Scope, _ inputs: Int, _ hidden: Int, layers: Int = 1) {
        guard layers > 0 && hidden > 0 else { fail("LSTM", [], "\(layers) layers of \(hidden) units are none") }
        let start = Initializer.uniform(bound: 1 / Double(hidden).squareRoot())
        self.layers = (0..<layers).map { index in
            func parameter(_ name: String, _ shape: [Int]) -> Tensor {
                scope.parameter("\(name)_l\(index)", shape, start)
            }
            return Layer(
                inputWeight: parameter("weight_ih", [4 * hidden, index == 0 ? inputs : hidden]),
                hiddenWeight: parameter("weight_hh", [4 * hidden, hidden]),
                inputBias: parameter("bias_ih", [4 * hidden]), hiddenBias: parameter("bias_hh", [4 * hidden]))
        }
        self.hidden = hidden
    }

    /// The last layer's output at every place, from a state of zeros on: B×N×in → B×N×h.
    public func callAsFunction(_ x: Tensor) -> Tensor { layers.reduce(x) { run($1, $0) } }

    private func run(_ layer: Layer, _ x: Tensor) -> Tensor {
        // What comes from the input needs no state: one product for all places.
        let fromInput = x.linear(layer.inputWeight, layer.inputBias)
        var output = Tensor.zeros([x.size(0), hidden], dtype: fromInput.dtype, device: fromInput.device)
        var cell = output
        let outputs = (0..<x.size(1)).map { place in
            let gates = fromInput.entry(place, 1) + output.linear(layer.hiddenWeight, layer.hiddenBias)
            func gate(_ index: Int) -> Tensor { gates.slice(1, index * hidden, (index + 1) * hidden) }
            cell = gate(1).sigmoid() * cell + gate(0).sigmoid() * gate(2).tanh()
            output = gate(3).sigmoid() * cell.tanh()
            return output
        }
        return .stacked(outputs, 1)
    }
}
