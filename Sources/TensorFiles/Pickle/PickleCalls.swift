/// Which calls a pickle may ask for. None is made; this tells a description of data from an attack.
///
/// A pickle makes an object by calling its class. So a call of something that is named as classes are is taken
/// as the description of a foreign object, and a call of a function is refused, except those few that NumPy
/// and PyTorch use to describe arrays.
enum PickleCalls {
    static func isDescription(module: String, name: String) -> Bool {
        if descriptions.contains("\(module).\(name)") { return true }
        guard isHarmlessClass(module: module), let last = name.split(separator: ".").last else { return false }
        return last.first { $0 != "_" }?.isUppercase == true
    }

    /// Whether the classes of a module may be described whatever they are called. For the opcodes that make
    /// an object and cannot call a function.
    static func isHarmlessClass(module: String) -> Bool {
        let package = module.prefix { $0 != "." }
        return !deniedPackages.contains(String(package))
    }

    /// Functions and lower-case classes whose call describes data.
    private static let descriptions: Set<String> = {
        var names = [
            "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
            "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
            "torch._utils._rebuild_qtensor", "torch._utils._rebuild_sparse_tensor",
            "torch._utils._rebuild_device_tensor_from_numpy", "torch._utils._rebuild_meta_tensor_no_storage",
            "torch._tensor._rebuild_from_type", "torch._tensor._rebuild_from_type_v2",
            "torch.tensor._rebuild_from_type", "torch.serialization._get_layout", "torch.device", "torch.dtype",
            "torch.storage._load_from_bytes", "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_tensorlist",
            "torch.jit._pickle.build_doublelist", "torch.jit._pickle.build_boollist",
            "torch.jit._pickle.restore_type_tag", "_codecs.encode", "collections.defaultdict", "collections.deque",
            "copyreg._reconstructor", "copy_reg._reconstructor", "datetime.date", "datetime.datetime",
            "datetime.time", "datetime.timedelta", "datetime.timezone", "functools.partial", "numpy.dtype",
            "numpy.ndarray", "pathlib.PosixPath",
        ]
        for package in ["numpy.core", "numpy._core"] {
            names += [
                "\(package).multiarray._reconstruct", "\(package).multiarray.scalar", "\(package).numeric._frombuffer",
            ]
        }
        for package in ["builtins", "__builtin__"] {
            for type in [
                "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "long", "object",
                "range", "set", "slice", "str", "tuple", "unicode", "xrange",
            ] {
                names.append("\(package).\(type)")
            }
        }
        return Set(names)
    }()

    /// Packages of which also a class is dangerous to make: `subprocess.Popen`, `types.CodeType`.
    private static let deniedPackages: Set<String> = [
        "__builtin__", "_io", "_operator", "_pickle", "_posixsubprocess", "_thread", "asyncio", "atexit", "bdb",
        "builtins", "cffi", "cloudpickle", "code", "codeop", "commands", "concurrent", "cPickle", "ctypes", "_ctypes",
        "dill", "distutils", "ensurepip", "ftplib", "gc", "http", "httplib", "imaplib", "imp", "importlib", "inspect",
        "io", "joblib", "linecache", "marshal", "mmap", "multiprocessing", "nt", "operator", "os", "pdb", "pickle",
        "pickletools", "pip", "pkgutil", "platform", "popen2", "posix", "posixpath", "profile", "pty", "pydoc",
        "requests", "resource", "runpy", "setuptools", "shelve", "shutil", "signal", "site", "smtplib", "socket",
        "socketserver", "ssl", "subprocess", "sys", "sysconfig", "tempfile", "telnetlib", "threading", "timeit",
        "trace", "types", "urllib", "urllib2", "venv", "webbrowser", "xmlrpc", "zipapp", "zipimport",
    ]
}
