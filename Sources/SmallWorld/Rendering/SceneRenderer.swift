import CCairo
import Foundation
import Media

/// Draws a scene at any time. The same scene and time give the same pixels.
///
/// What does not change is drawn once; so a renderer belongs to one thread, and one is made for each scene.
public final class SceneRenderer {
    private let scene: Scene
    private let canvas: CairoCanvas
    private let background: CairoCanvas
    private let grain: NoiseTile?
    private let scale: Double
    private let margin: Int
    private let cast: Set<Int>?

    /// Draws the scene at its own size.
    public convenience init(_ scene: Scene) { self.init(scene, width: scene.width, height: scene.height, cast: nil) }

    /// Draws the middle square of the scene, as encoders see it, at a size in pixels.
    ///
    /// - Parameter cast: The actors to draw, by their places among the scene's; nil for all.
    public convenience init(_ scene: Scene, square side: Int, cast: Set<Int>? = nil) {
        self.init(scene, width: side, height: side, cast: cast)
    }

    private init(_ scene: Scene, width: Int, height: Int, cast: Set<Int>?) {
        self.scene = scene
        self.cast = cast
        canvas = CairoCanvas(width: width, height: height)
        let painting = BackgroundPainting(scene.surroundings, width: width, height: height)
        background = painting.painted()
        (scale, margin) = (painting.scale, painting.margin)
        let surroundings = scene.surroundings
        grain =
            surroundings.grain > 0
            ? NoiseTile(side: 96, strength: 0.025 * surroundings.grain, seed: surroundings.noiseSeed &+ 1) : nil
    }

    /// The picture at a time in seconds.
    public func frame(at time: Double) -> Frame {
        let context = canvas.context
        let camera = scene.surroundings.camera(at: time)
        cairo_identity_matrix(context)
        let pattern = background.pattern()
        cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
        cairo_translate(context, -Double(margin) - camera.x * scale, -Double(margin) - camera.y * scale)
        cairo_set_source(context, pattern)
        cairo_pattern_destroy(pattern)
        cairo_paint(context)
        cairo_identity_matrix(context)
        cairo_translate(context, Double(canvas.width) / 2, Double(canvas.height) / 2)
        cairo_scale(context, scale, scale)
        cairo_translate(context, -camera.x, -camera.y)
        for clutter in scene.surroundings.clutter { draw(clutter, at: time) }
        for index in scene.drawingOrder(at: time) where cast?.contains(index) ?? true {
            if let pose = scene.actors[index].pose(at: time) { draw(scene.actors[index], pose) }
        }
        light(at: time)
        addGrain(at: time)
        return canvas.frame()
    }

    private func draw(_ clutter: Surroundings.Clutter, at time: Double) {
        let context = canvas.context
        let place = clutter.place(at: time)
        cairo_save(context)
        cairo_translate(context, place.x, place.y)
        cairo_set_source_rgba(context, clutter.shade, clutter.shade, clutter.shade, 0.4)
        if clutter.isStick {
            cairo_rotate(context, clutter.angle + clutter.turning * time)
            cairo_rectangle(context, -2.5 * clutter.size, -0.2 * clutter.size, 5 * clutter.size, 0.4 * clutter.size)
        } else {
            cairo_arc(context, 0, 0, clutter.size, 0, 2 * .pi)
        }
        cairo_fill(context)
        cairo_restore(context)
    }

    private func draw(_ actor: Actor, _ pose: Pose) {
        guard pose.opacity > 0.01 else { return }
        let context = canvas.context
        let radius = actor.radius * pose.scale
        let isFaded = pose.opacity < 0.99
        cairo_save(context)
        if isFaded { cairo_push_group(context) }
        cairo_translate(context, pose.place.x, pose.place.y)
        cairo_rotate(context, pose.angle)
        cairo_scale(context, radius, radius)
        actor.thing.shape.addPath(to: context)
        let colour = pose.colour
        cairo_set_source_rgb(context, colour.red, colour.green, colour.blue)
        cairo_fill_preserve(context)
        if actor.thing.texture != .plain {
            cairo_clip(context)
            // Darker on what is light, lighter on what is dark.
            let mark = colour.mixed(colour.luma > 0.35 ? RGB(0, 0, 0) : RGB(1, 1, 1), 0.4)
            cairo_set_source_rgb(context, mark.red, mark.green, mark.blue)
            actor.thing.texture.paint(context)
        } else {
            cairo_new_path(context)
        }
        if isFaded {
            cairo_pop_group_to_source(context)
            cairo_paint_with_alpha(context, pose.opacity)
        }
        cairo_restore(context)
    }

    private func light(at time: Double) {
        let context = canvas.context
        let surroundings = scene.surroundings
        let brightness = surroundings.brightness(at: time)
        if abs(brightness) > 0.002 {
            let grey = brightness > 0 ? 1.0 : 0
            cairo_set_source_rgba(context, grey, grey, grey, abs(brightness))
            cairo_paint(context)
        }
        guard surroundings.spot > 0 else { return }
        let (x, y) = (0.7 * sin(0.23 * time + surroundings.lightPeriod), 0.7 * cos(0.17 * time))
        let gradient = cairo_pattern_create_radial(x, y, 0, x, y, 0.9)!
        cairo_pattern_add_color_stop_rgba(gradient, 0, 1, 1, 0.9, surroundings.spot)
        cairo_pattern_add_color_stop_rgba(gradient, 1, 1, 1, 0.9, 0)
        cairo_set_source(context, gradient)
        cairo_pattern_destroy(gradient)
        cairo_paint(context)
    }

    /// Noise that lies elsewhere in every frame.
    private func addGrain(at time: Double) {
        guard let grain else { return }
        let hash = WorldRandom.mixed(scene.surroundings.noiseSeed &+ UInt64(max(time, 0) * 1000))
        cairo_identity_matrix(canvas.context)
        cairo_translate(canvas.context, Double(hash & 63), Double(hash >> 6 & 63))
        grain.paint(canvas.context)
    }
}
