using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// The names that a file of weights may ask for, and what stands for each. Tensors are rebuilt from their description;
/// what surrounds weights in a checkpoint (arguments, counters, NumPy's numbers) becomes an empty object.
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

    private static readonly HashSet<string> Opaque =
    [
        "argparse.Namespace", "collections.deque", "torch.Size", "torch.device",
        "builtins.set", "builtins.frozenset", "builtins.list", "builtins.dict", "builtins.int", "builtins.float",
        "__builtin__.set", "__builtin__.list", "__builtin__.dict", "__builtin__.int", "__builtin__.float",
        "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
        "numpy._core.multiarray.scalar", "numpy._core.multiarray._reconstruct", "_codecs.encode",
    ];

    private static readonly HashSet<string> Tensors =
    [
        "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
        "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
    ];

    public static bool Knows(string name)
        => Storages.ContainsKey(name) || Types.ContainsKey(name) || Dictionaries.Contains(name) || Opaque.Contains(name) || Tensors.Contains(name);

    /// <summary>What a known name makes of arguments, or null if they are not those that PyTorch gives it.</summary>
    public static object? Make(string name, object?[] arguments) => name switch
    {
        "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" => Tensor(arguments, type: null),
        "torch._utils._rebuild_tensor_v3" => arguments.ElementAtOrDefault(6) is PickleGlobal type && Types.TryGetValue(type.Name, out ScalarType of)
            ? Tensor(arguments, of) : null,
        "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state" => arguments.FirstOrDefault() as PthTensor,
        _ when Dictionaries.Contains(name) => Dictionary(arguments),
        _ when Opaque.Contains(name) => new PickleOpaque(name),
        _ => null,
    };

    /// <summary>The storage that a persistent id means: ("storage", type, key, place, count), and in files of old a view; else null.</summary>
    public static PthStorage? Storage(object? id)
    {
        if (id is not PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count, .. var view] }
            || !Storages.TryGetValue(type.Name, out ScalarType? of) || count < 0)
        {
            return null;
        }

        return view switch
        {
            [] or [null] => new PthStorage(key, of, count),
            [PickleTuple { Items: [string, long begin, long] }] => new PthStorage(key, of, count, begin),
            _ => null,
        };
    }

    private static PthTensor? Tensor(object?[] arguments, ScalarType? type)
        => arguments is [PthStorage storage, long offset, PickleTuple shape, PickleTuple strides, ..] && (type ?? storage.Type) is { } of
            && Numbers(shape) is { } sizes && Numbers(strides) is { } steps
                ? new PthTensor(storage.As(of), offset, sizes, steps)
                : null;

    private static long[]? Numbers(PickleTuple tuple)
        => tuple.Items.Length <= PthTensor.MostDimensions && Array.TrueForAll(tuple.Items, item => item is long)
            ? [.. tuple.Items.Cast<long>()]
            : null;

    /// <summary>Empty, or in files of old filled from a list of pairs. What a counter or a default holds is nothing of weights.</summary>
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
