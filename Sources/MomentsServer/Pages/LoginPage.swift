import HTTPTypes
import Hummingbird

/// The form that asks for the token.
enum LoginPage {
    static func response(status: HTTPResponse.Status = .ok, isWrong: Bool = false) -> Response {
        let note = isWrong ? "<p role=\"alert\">This is not the token.</p>" : ""
        let page = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Moments</title>
            </head>
            <body>
            <main>
            <h1>Moments</h1>
            \(note)
            <form method="post" action="/login">
            <p><label>The server's token <input name="token" type="password" required autofocus autocomplete="current-password"></label></p>
            <p><button>Go on</button></p>
            </form>
            </main>
            </body>
            </html>

            """
        var response = Response(status: status, type: "text/html; charset=utf-8", data: page.utf8)
        response.headers[.contentSecurityPolicy] = "default-src 'none'; form-action 'self'; frame-ancestors 'none'"
        return response
    }
}
