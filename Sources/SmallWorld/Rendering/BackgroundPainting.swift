import CCairo
import Foundation

/// Paints what lies behind everything, once for a scene: somewhat larger than the picture, for the camera's shaking.
struct BackgroundPainting {
    let surroundings: Surroundings
    /// Pixels of half of the picture's shorter side.
    let scale: Double
    let width, height: Int
    /// Pixels around the picture.
    let margin: Int

    init(_ surroundings: Surroundings, width: Int, height: Int) {
        self.surroundings = surroundings
        self.width = width
        self.height = height
        scale = Double(min(width, height)) / 2
        margin = Int((0.06 * scale).rounded(.up)) + 1
    }

    func painted() -> CairoCanvas {
        let canvas = CairoCanvas(width: width + 2 * margin, height: height + 2 * margin)
        let context = canvas.context
        let gradient = cairo_pattern_create_linear(0, 0, 0, Double(canvas.height))!
        Self.stop(gradient, 0, surroundings.upper)
        Self.stop(gradient, 1, surroundings.lower)
        cairo_set_source(context, gradient)
        cairo_pattern_destroy(gradient)
        cairo_paint(context)
        cairo_translate(context, Double(canvas.width) / 2, Double(canvas.height) / 2)
        cairo_scale(context, scale, scale)
        var random = WorldRandom(seed: surroundings.noiseSeed, "background")
        paintPattern(context, &random)
        paintNoise(context, &random)
        return canvas
    }

    private static func stop(_ gradient: OpaquePointer, _ place: Double, _ colour: RGB) {
        cairo_pattern_add_color_stop_rgb(gradient, place, colour.red, colour.green, colour.blue)
    }

    private func shade(_ context: OpaquePointer, _ random: inout WorldRandom, _ alpha: Double) {
        let grey = random.chance(0.5) ? 0.1 : 0.9
        cairo_set_source_rgba(context, grey, grey, grey, alpha)
    }

    private func paintPattern(_ context: OpaquePointer, _ random: inout WorldRandom) {
        switch surroundings.pattern {
        case .gradient: return
        case .hills:
            for _ in 0..<3 {
                shade(context, &random, 0.12)
                let (level, wave, phase) = (random.uniform(0, 0.8), random.uniform(1, 3), random.uniform(0, 6))
                cairo_move_to(context, -2, 2)
                for step in 0...40 {
                    let x = -2 + Double(step) / 10
                    cairo_line_to(context, x, level + 0.2 * sin(wave * x + phase))
                }
                cairo_line_to(context, 2, 2)
                cairo_close_path(context)
                cairo_fill(context)
            }
        case .stripes:
            shade(context, &random, 0.1)
            cairo_rotate(context, random.uniform(0, .pi))
            let step = random.uniform(0.2, 0.5)
            for stripe in -10...10 { cairo_rectangle(context, -3, Double(stripe) * step, 6, step / 2) }
            cairo_fill(context)
        case .blotches:
            for _ in 0..<14 {
                shade(context, &random, 0.07)
                let (x, y) = (random.uniform(-1.4, 1.4), random.uniform(-1.4, 1.4))
                cairo_arc(context, x, y, random.uniform(0.15, 0.6), 0, 2 * .pi)
                cairo_fill(context)
            }
        case .grid:
            shade(context, &random, 0.15)
            cairo_set_line_width(context, 0.015)
            let step = random.uniform(0.2, 0.4)
            for line in -8...8 {
                cairo_move_to(context, Double(line) * step, -2)
                cairo_line_to(context, Double(line) * step, 2)
                cairo_move_to(context, -2, Double(line) * step)
                cairo_line_to(context, 2, Double(line) * step)
            }
            cairo_stroke(context)
        }
    }

    /// Smooth noise over coarse and fine grids.
    private func paintNoise(_ context: OpaquePointer, _ random: inout WorldRandom) {
        cairo_identity_matrix(context)
        for (size, strength) in [(6.0, 0.16), (2.0, 0.09)] {
            let noise = NoiseTile(side: 64, strength: strength * surroundings.noise, seed: random.next())
            cairo_save(context)
            cairo_scale(context, size * scale / 100, size * scale / 100)
            noise.paint(context)
            cairo_restore(context)
        }
    }
}

/// A small square of grey noise that is repeated over the picture.
struct NoiseTile {
    private let canvas: CairoCanvas

    init(side: Int, strength: Double, seed: UInt64) {
        canvas = CairoCanvas(width: side, height: side, hasAlpha: true)
        var random = WorldRandom(seed: seed, "noise")
        canvas.fill { _, _ in
            let value = random.uniform(-1, 1) * strength
            let alpha = UInt32(min(abs(value), 1) * 255)
            // White or black, premultiplied.
            return value > 0 ? alpha << 24 | alpha << 16 | alpha << 8 | alpha : alpha << 24
        }
    }

    func paint(_ context: OpaquePointer) {
        let pattern = canvas.pattern()
        cairo_set_source(context, pattern)
        cairo_pattern_destroy(pattern)
        cairo_paint(context)
    }
}
