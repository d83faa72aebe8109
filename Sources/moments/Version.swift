/// The version of the command and of the libraries' public interface, by semantic versioning: CHANGELOG.md says what changed.
let momentsVersion = "0.1.0"
