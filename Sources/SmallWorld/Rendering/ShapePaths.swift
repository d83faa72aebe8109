import CCairo
import Foundation

extension Shape {
    /// Adds the shape's outline to a Cairo path: around the origin, half of its extent is 1.
    func addPath(to context: OpaquePointer) {
        switch self {
        case .circle: cairo_arc(context, 0, 0, 0.95, 0, 2 * .pi)
        case .square: cairo_rectangle(context, -0.82, -0.82, 1.64, 1.64)
        case .triangle: Self.polygon(context, [(0, -0.98), (0.98, 0.78), (-0.98, 0.78)])
        case .star:
            Self.polygon(
                context,
                (0..<10).map { corner in
                    let (radius, angle) = (corner % 2 == 0 ? 1.0 : 0.42, .pi * (Double(corner) / 5 - 0.5))
                    return (radius * cos(angle), radius * sin(angle))
                })
        case .heart:
            cairo_move_to(context, 0, 0.95)
            cairo_curve_to(context, -1.5, -0.05, -0.85, -1.25, 0, -0.45)
            cairo_curve_to(context, 0.85, -1.25, 1.5, -0.05, 0, 0.95)
            cairo_close_path(context)
        case .cross:
            let (a, b) = (0.34, 0.95)
            Self.polygon(
                context,
                [
                    (-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a),
                    (-a, -a),
                ])
        case .ring:
            cairo_arc(context, 0, 0, 0.95, 0, 2 * .pi)
            cairo_new_sub_path(context)
            cairo_arc_negative(context, 0, 0, 0.5, 2 * .pi, 0)
        case .moon:
            cairo_arc(context, 0, 0, 0.98, 0.3 * .pi, 1.7 * .pi)
            cairo_arc_negative(context, 0.58, 0, 0.79, 1.5 * .pi, 0.5 * .pi)
            cairo_close_path(context)
        case .arrow:
            Self.polygon(
                context,
                [(-1, -0.3), (0.1, -0.3), (0.1, -0.8), (1, 0), (0.1, 0.8), (0.1, 0.3), (-1, 0.3)])
        case .flower:
            for petal in 0..<6 {
                let angle = .pi * Double(petal) / 3
                cairo_new_sub_path(context)
                cairo_arc(context, 0.58 * cos(angle), 0.58 * sin(angle), 0.4, 0, 2 * .pi)
            }
            cairo_new_sub_path(context)
            cairo_arc(context, 0, 0, 0.5, 0, 2 * .pi)
        }
    }

    private static func polygon(_ context: OpaquePointer, _ corners: [(Double, Double)]) {
        for (index, corner) in corners.enumerated() {
            if index == 0 {
                cairo_move_to(context, corner.0, corner.1)
            } else {
                cairo_line_to(context, corner.0, corner.1)
            }
        }
        cairo_close_path(context)
    }
}

extension Texture {
    /// Paints the texture over a shape of half-extent 1 that is clipped already.
    func paint(_ context: OpaquePointer) {
        switch self {
        case .plain: return
        case .striped:
            for stripe in -2...2 { cairo_rectangle(context, -1.1, Double(stripe) * 0.44 - 0.11, 2.2, 0.22) }
        case .dotted:
            for row in -2...2 {
                for column in -2...2 {
                    let shift = row % 2 == 0 ? 0 : 0.23
                    cairo_new_sub_path(context)
                    cairo_arc(context, Double(column) * 0.46 + shift, Double(row) * 0.4, 0.14, 0, 2 * .pi)
                }
            }
        case .checked:
            for row in -3...2 {
                for column in -3...2 where (row + column) % 2 == 0 {
                    cairo_rectangle(context, Double(column) * 0.4, Double(row) * 0.4, 0.4, 0.4)
                }
            }
        }
        cairo_fill(context)
    }
}
