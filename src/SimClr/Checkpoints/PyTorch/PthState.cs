namespace SimClr.Checkpoints;

/// <summary>The tensors in the nested dictionaries of a PyTorch file. Lists and objects are not searched.</summary>
internal sealed class PthState
{
    private const int MaxDepth = 16;
    private const int MaxNameLetters = 1024;
    private const int MaxTensors = 1 << 17;      // The objects for a tensor are much larger than its description.
    private const int MaxLetters = 1 << 24;      // The total of all names: a key may occur in many dictionaries.

    private readonly string path;
    private readonly Dictionary<string, PthTensor> tensors = [];
    private readonly List<UnreadTensor> leftOut = [];
    private readonly HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
    private string? anObject;
    private int letters;

    private PthState(string path) => this.path = path;

    /// <summary>The tensors by name: the keys of the dictionaries, joined by dots.</summary>
    public IReadOnlyDictionary<string, PthTensor> Tensors => tensors;

    /// <summary>The tensors of unsupported types.</summary>
    public IReadOnlyList<UnreadTensor> LeftOut => leftOut;

    /// <summary>Collects the tensors of the saved value, visiting each dictionary once.</summary>
    /// <exception cref="DataException">
    /// The value is not a dictionary or contains only objects, or a tensor does not fit its storage.
    /// </exception>
    public static PthState Find(object? root, string path)
    {
        var state = new PthState(path);
        if (root is not PickleDictionary all)
        {
            throw new DataException(
                $"{path}: it holds {Describe(root)}, expected a dictionary of tensors, as written by "
                    + "torch.save(model.state_dict(), FILE)");
        }

        state.Walk(all, "", 0);
        return state.tensors.Count > 0 || state.anObject is not { } name
            ? state
            : throw new DataException(
                $"{path}: it holds no tensors outside objects such as '{name}', which are not searched; "
                    + "save only the weights from PyTorch: torch.save(model.state_dict(), \"weights.pth\")");
    }

    private void Walk(PickleDictionary dictionary, string prefix, int depth)
    {
        if (!seen.Add(dictionary) || depth == MaxDepth)
        {
            return;
        }

        foreach ((object? key, object? value) in dictionary.Items)
        {
            switch (value)
            {
                case PthTensor tensor:
                    Add(Name(prefix, key), tensor);
                    break;
                case PthUnread unread:
                    leftOut.Add(new UnreadTensor(Name(prefix, key), unread.Type));
                    break;
                case PickleDictionary inner:
                    Walk(inner, Name(prefix, key) + ".", depth + 1);
                    break;
                case PickleOpaque some:
                    anObject ??= some.Name;
                    break;
            }
        }
    }

    private void Add(string name, PthTensor tensor)
        => tensors[name] = tensor.Fits() ? tensor : throw new DataException(
            $"{path}: tensor '{name}' of shape [{string.Join(", ", tensor.Shape)}] does not lie within its storage of "
                + $"{tensor.Storage.Count} values, or repeats them; the file is damaged or has been tampered with");

    private string Name(string prefix, object? key)
    {
        string own = key switch
        {
            string text => text,
            long number => $"{number}",
            _ => "?",
        };
        letters += Math.Min(prefix.Length + own.Length, MaxLetters);
        return prefix.Length + own.Length <= MaxNameLetters
            && letters <= MaxLetters
            && tensors.Count + leftOut.Count <= MaxTensors
            ? prefix + own
            : throw new DataException(
                $"{path}: its tensors have names of {prefix.Length + own.Length} characters, or there are more than "
                    + $"{MaxTensors}, which no weights file has; it is damaged or has been tampered with");
    }

    private static string Describe(object? root) => root switch
    {
        PthTensor => "a single tensor without a name",
        PickleOpaque some => $"an object '{some.Name}'",
        PickleList => "a list",
        _ => "a value that is not a dictionary",
    };
}
