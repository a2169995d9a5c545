using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// The global names in weights files, and the values they create. Tensors are rebuilt from their description.
/// Everything else in a checkpoint (arguments, callbacks, counters, dates, NumPy scalars) becomes an empty placeholder.
/// </summary>
internal static class PthGlobals
{
    private static readonly Dictionary<string, ScalarType?> Storages = new()
    {
        ["torch.FloatStorage"] = ScalarType.Float32,
        ["torch.DoubleStorage"] = ScalarType.Float64,
        ["torch.HalfStorage"] = ScalarType.Float16,
        ["torch.BFloat16Storage"] = ScalarType.BFloat16,
        ["torch.LongStorage"] = ScalarType.Int64,
        ["torch.IntStorage"] = ScalarType.Int32,
        ["torch.ShortStorage"] = ScalarType.Int16,
        ["torch.CharStorage"] = ScalarType.Int8,
        ["torch.ByteStorage"] = ScalarType.Byte,
        ["torch.BoolStorage"] = ScalarType.Bool,
        ["torch.UntypedStorage"] = null,
        ["torch.storage.UntypedStorage"] = null,
    };

    // Values of these types are not read. In old files, their sizes determine the position of the next storage.
    private static readonly Dictionary<string, PthUnread> UnreadStorages = new()
    {
        ["torch.ComplexFloatStorage"] = new("complex64", 8),
        ["torch.ComplexDoubleStorage"] = new("complex128", 16),
        ["torch.QInt8Storage"] = new("qint8", 1),
        ["torch.QUInt8Storage"] = new("quint8", 1),
        ["torch.QInt32Storage"] = new("qint32", 4),
        ["torch.QUInt4x2Storage"] = new("quint4x2", 1),
        ["torch.QUInt2x4Storage"] = new("quint2x4", 1),
    };

    private static readonly Dictionary<string, ScalarType> Types = new()
    {
        ["torch.float32"] = ScalarType.Float32,
        ["torch.float64"] = ScalarType.Float64,
        ["torch.float16"] = ScalarType.Float16,
        ["torch.bfloat16"] = ScalarType.BFloat16,
        ["torch.int64"] = ScalarType.Int64,
        ["torch.int32"] = ScalarType.Int32,
        ["torch.int16"] = ScalarType.Int16,
        ["torch.int8"] = ScalarType.Int8,
        ["torch.uint8"] = ScalarType.Byte,
        ["torch.bool"] = ScalarType.Bool,
    };

    private static readonly HashSet<string> Dictionaries =
    [
        "collections.OrderedDict", "collections.defaultdict", "collections.Counter",
        "pytorch_lightning.utilities.parsing.AttributeDict", "lightning.fabric.utilities.data.AttributeDict",
        "lightning_fabric.utilities.data.AttributeDict",
    ];

    // A file that names one of these intends to run code. Nothing here could run it: this is a warning about the file
    // rather than a defense.
    private static readonly HashSet<string> Running =
    [
        "os", "posix", "nt", "subprocess", "_posixsubprocess", "popen2", "pty", "shutil", "sys", "importlib", "runpy",
        "ctypes", "_ctypes", "socket", "_socket", "webbrowser", "urllib", "requests", "marshal", "pickle", "_pickle",
        "cPickle", "pdb", "timeit",
    ];

    private static readonly HashSet<string> RunningBuiltins =
    [
        "eval", "exec", "execfile", "compile", "open", "file", "__import__", "input", "raw_input", "breakpoint",
        "globals", "setattr", "delattr", "apply",
    ];

    /// <summary>Returns whether a name exists only to run code and never occurs in a legitimate checkpoint.</summary>
    public static bool Runs(string name)
    {
        string[] parts = name.Split('.');
        return Running.Contains(parts[0]) || parts.AsSpan().ContainsAny("os", "posix", "subprocess")
            || (parts[0] is "builtins" or "__builtin__" or "io" or "_io" or "codecs"
                && parts.Length > 1
                && RunningBuiltins.Contains(parts[1]));
    }

    /// <summary>
    /// Returns the value that a name creates from arguments, or null if it creates tensors and the arguments differ
    /// from PyTorch's.
    /// </summary>
    public static object? Make(PickleGlobal name, object?[] arguments) => name.Name switch
    {
        "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" => Tensor(arguments, type: null),
        "torch._utils._rebuild_tensor_v3" => arguments.ElementAtOrDefault(6) is not PickleGlobal type ? null
            : Types.TryGetValue(type.Name, out ScalarType of) ? Tensor(arguments, of)
            : new PthUnread(type.Name.Replace("torch.", "", StringComparison.Ordinal)),
        "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state"
            => arguments.FirstOrDefault() as PthTensor ?? (object?)(arguments.FirstOrDefault() as PthUnread),

        // (function, class, arguments, state): a tensor of a subclass, or with attributes.
        "torch._tensor._rebuild_from_type_v2" => arguments is [PickleGlobal function, _, PickleTuple own, ..]
            && function.Name != name.Name ? Make(function, own.Items) : null,
        "torch._utils._rebuild_qtensor" => new PthUnread("quantized numbers"),
        "torch._utils._rebuild_sparse_tensor" or "torch._utils._rebuild_sparse_csr_tensor"
            => new PthUnread("sparse numbers"),
        "torch._utils._rebuild_nested_tensor" => new PthUnread("nested tensors"),
        "torch._utils._rebuild_meta_tensor_no_storage" => new PthUnread("no numbers (meta)"),
        _ when Dictionaries.Contains(name.Name) => Dictionary(arguments),
        _ => name.Object,
    };

    /// <summary>
    /// Returns the storage of a persistent ID ("storage", type, key, location, count), with a view in old files, or
    /// null for any other ID.
    /// </summary>
    public static PthStorage? Storage(object? id)
    {
        if (id is not PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count, .. var view] }
            || count < 0)
        {
            return null;
        }

        bool isUnread = UnreadStorages.TryGetValue(type.Name, out PthUnread? unread);
        if (!Storages.TryGetValue(type.Name, out ScalarType? of) && !isUnread)
        {
            return null;
        }

        return view switch
        {
            [] or [null] => new PthStorage(key, of, count, 0, unread),
            [PickleTuple { Items: [string, long begin, long] }] => new PthStorage(key, of, count, begin, unread),
            _ => null,
        };
    }

    private static object? Tensor(object?[] arguments, ScalarType? type)
        => arguments is not [PthStorage storage, long offset, PickleTuple shape, PickleTuple strides, ..] ? null
            : storage.Unread is { } unread ? unread
            : (type ?? storage.Type) is { } of && Numbers(shape) is { } sizes && Numbers(strides) is { } steps
                ? new PthTensor(storage.As(of), offset, sizes, steps)
            : null;

    private static long[]? Numbers(PickleTuple tuple)
        => tuple.Items.Length <= TensorSize.MaxDimensions && Array.TrueForAll(tuple.Items, item => item is long)
            ? [.. tuple.Items.Cast<long>()]
            : null;

    /// <summary>
    /// Returns an empty dictionary or, in old files, one filled from a list of pairs. The contents of a counter or a
    /// default dictionary are not weights.
    /// </summary>
    private static PickleDictionary Dictionary(object?[] arguments)
    {
        var dictionary = new PickleDictionary();
        if (arguments is [PickleList pairs])
        {
            dictionary.Items.AddRange(pairs.Items.Select(pair => pair switch
            {
                PickleList { Items: [var key, var value] } => KeyValuePair.Create(key, value),
                PickleTuple { Items: [var key, var value] } => KeyValuePair.Create(key, value),
                _ => KeyValuePair.Create<object?, object?>(null, null),
            }));
        }

        return dictionary;
    }
}
