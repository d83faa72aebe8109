/// HTML's ways of writing a character: `&amp;`, `&#39;`, `&#x27;`, and the names of HTML 4.
enum HTMLEntities {
    /// The text with all of them resolved, once. What is none stays as it is.
    static func resolved(_ text: String) -> String {
        guard text.contains("&") else { return text }
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            if scalars[index] == "&", let (characters, length) = entity(scalars[(index + 1)...]) {
                result.append(contentsOf: characters.unicodeScalars)
                index += 1 + length
            } else {
                result.append(scalars[index])
                index += 1
            }
        }
        return String(result)
    }

    /// What stands after an ampersand, and how many characters that took.
    private static func entity(_ rest: ArraySlice<Unicode.Scalar>) -> (String, Int)? {
        guard let first = rest.first else { return nil }
        if first == "#" { return number(rest) }
        let name = rest.prefix { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) }
        let isClosed = rest.dropFirst(name.count).first == ";"
        if isClosed, let found = named[text(name)] { return (String(found), name.count + 1) }
        // Latin-1's names and the oldest four need no semicolon, and the longest that fits counts.
        for length in stride(from: name.count, to: 1, by: -1) {
            let shorter = text(name.prefix(length))
            if open.contains(shorter), let found = named[shorter] { return (String(found), length) }
        }
        return nil
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    private static func number(_ rest: ArraySlice<Unicode.Scalar>) -> (String, Int)? {
        let body = rest.dropFirst()
        let isHexadecimal = body.first == "x" || body.first == "X"
        let digits = body.dropFirst(isHexadecimal ? 1 : 0).prefix {
            isHexadecimal ? $0.isASCII && $0.properties.isASCIIHexDigit : ("0"..."9").contains($0)
        }
        guard !digits.isEmpty else { return nil }
        let length = 1 + (isHexadecimal ? 1 : 0) + digits.count
        let closing = rest.dropFirst(length).first == ";" ? 1 : 0
        guard let value = UInt32(text(digits), radix: isHexadecimal ? 16 : 10) else {
            return ("\u{FFFD}", length + closing)
        }
        let character: Unicode.Scalar
        switch value {
        case 0x80...0x9F: character = Mojibake.windows1252(UInt8(value))
        case 0: character = "\u{FFFD}"
        default: character = Unicode.Scalar(value) ?? "\u{FFFD}"
        }
        return (String(character), length + closing)
    }

    /// Latin-1 from U+00A0 on, in order.
    private static let latin1 = """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro \
        para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil \
        Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave \
        Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml \
        igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute \
        thorn yuml
        """.split(separator: " ").map(String.init)

    private static let others: [String: Unicode.Scalar] = [
        "amp": "&", "AMP": "&", "lt": "<", "LT": "<", "gt": ">", "GT": ">", "quot": "\"", "QUOT": "\"", "apos": "'",
        "OElig": "Œ", "oelig": "œ", "Scaron": "Š", "scaron": "š", "Yuml": "Ÿ", "fnof": "ƒ", "circ": "ˆ", "tilde": "˜",
        "Alpha": "Α", "Beta": "Β", "Gamma": "Γ", "Delta": "Δ", "Epsilon": "Ε", "Zeta": "Ζ", "Eta": "Η", "Theta": "Θ",
        "Iota": "Ι", "Kappa": "Κ", "Lambda": "Λ", "Mu": "Μ", "Nu": "Ν", "Xi": "Ξ", "Omicron": "Ο", "Pi": "Π",
        "Rho": "Ρ",
        "Sigma": "Σ", "Tau": "Τ", "Upsilon": "Υ", "Phi": "Φ", "Chi": "Χ", "Psi": "Ψ", "Omega": "Ω", "alpha": "α",
        "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι",
        "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ",
        "sigmaf": "ς", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
        "thetasym": "ϑ", "upsih": "ϒ", "piv": "ϖ", "ensp": "\u{2002}", "emsp": "\u{2003}", "thinsp": "\u{2009}",
        "zwnj": "\u{200C}", "zwj": "\u{200D}", "lrm": "\u{200E}", "rlm": "\u{200F}", "ndash": "–", "mdash": "—",
        "lsquo": "‘", "rsquo": "’", "sbquo": "‚", "ldquo": "“", "rdquo": "”", "bdquo": "„", "dagger": "†",
        "Dagger": "‡",
        "bull": "•", "hellip": "…", "permil": "‰", "prime": "′", "Prime": "″", "lsaquo": "‹", "rsaquo": "›",
        "oline": "‾", "frasl": "⁄", "euro": "€", "image": "ℑ", "weierp": "℘", "real": "ℜ", "trade": "™",
        "alefsym": "ℵ", "larr": "←", "uarr": "↑", "rarr": "→", "darr": "↓", "harr": "↔", "crarr": "↵", "lArr": "⇐",
        "uArr": "⇑", "rArr": "⇒", "dArr": "⇓", "hArr": "⇔", "forall": "∀", "part": "∂", "exist": "∃", "empty": "∅",
        "nabla": "∇", "isin": "∈", "notin": "∉", "ni": "∋", "prod": "∏", "sum": "∑", "minus": "−", "lowast": "∗",
        "radic": "√", "prop": "∝", "infin": "∞", "ang": "∠", "and": "∧", "or": "∨", "cap": "∩", "cup": "∪", "int": "∫",
        "there4": "∴", "sim": "∼", "cong": "≅", "asymp": "≈", "ne": "≠", "equiv": "≡", "le": "≤", "ge": "≥", "sub": "⊂",
        "sup": "⊃", "nsub": "⊄", "sube": "⊆", "supe": "⊇", "oplus": "⊕", "otimes": "⊗", "perp": "⊥", "sdot": "⋅",
        "lceil": "⌈", "rceil": "⌉", "lfloor": "⌊", "rfloor": "⌋", "lang": "⟨", "rang": "⟩", "loz": "◊", "spades": "♠",
        "clubs": "♣", "hearts": "♥", "diams": "♦",
    ]

    private static let named: [String: Unicode.Scalar] = {
        var named = others
        for (index, name) in latin1.enumerated() { named[name] = Unicode.Scalar(UInt32(0xA0 + index)) }
        return named
    }()

    private static let open = Set(latin1 + ["amp", "AMP", "lt", "LT", "gt", "GT", "quot", "QUOT"])
}
